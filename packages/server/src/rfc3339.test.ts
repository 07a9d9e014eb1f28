import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTime, parseTime } from './rfc3339.ts';

test('never is the year 1, in and out', () => {
  assert.equal(formatTime(null), '0001-01-01T00:00:00Z');
  assert.equal(parseTime('0001-01-01T00:00:00Z'), null);
  assert.equal(parseTime('0001-06-30T12:00:00+02:00'), null);
});

test('whatever is formatted is parsed back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (time) => {
      assert.equal(parseTime(formatTime(time)), time);
    }),
  );
});

test('zones, fractions and lower case are understood', () => {
  const noon = Date.UTC(2030, 0, 31, 12);
  for (const text of [
    '2030-01-31T12:00:00Z',
    '2030-01-31t12:00:00z',
    '2030-01-31T13:00:00+01:00',
    '2030-01-31T12:00:00.000Z',
  ]) {
    assert.equal(parseTime(text), noon, text);
  }
  assert.equal(parseTime('2030-01-31T12:00:00.123456789Z'), noon + 123);
});

test('days and hours that do not exist, times without a zone and other notations are refused', () => {
  for (const text of [
    '',
    'never',
    '2030-01-31',
    '2030-01-31T12:00:00',
    '2030-02-29T12:00:00Z',
    '2030-13-01T00:00:00Z',
    '2030-01-31T24:00:00Z',
    '2030-01-31T12:60:00Z',
    '2030-01-31 12:00:00Z',
    '2030-01-31T12:00:00+25:00',
    '1896134400',
    ' 2030-01-31T12:00:00Z',
    '2030-01-31T12:00:00Z\n',
    '+002030-01-31T12:00:00Z',
    '0001-99-99T99:99:99Z',
    '0000-12-31T23:30:00-01:00',
    '9999-12-31T23:59:59-01:00',
  ]) {
    assert.equal(parseTime(text), undefined, text);
  }
});
