import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoment, showTime } from './times.ts';

const now = Date.parse('2030-01-31T12:00:00Z');
const [SECOND, HOUR, DAY] = [1_000, 3_600_000, 86_400_000];

test('times are told by their distance, in one unit that is not too small', () => {
  for (const [distance, words] of [
    [0, '0 seconds ago'],
    [-59 * SECOND, '59 seconds ago'],
    [-60 * SECOND, '1 minute ago'],
    [59.9 * 60 * SECOND, 'in 59 minutes'],
    [-HOUR, '1 hour ago'],
    [-47 * HOUR, '47 hours ago'],
    [-48 * HOUR, '2 days ago'],
    [59 * DAY, 'in 59 days'],
    [-90 * DAY, '2 months ago'],
    [800 * DAY, 'in 2 years'],
  ] as const) {
    assert.equal(showTime(new Date(now + distance).toISOString(), {}, now), words);
  }
});

test('exact times stay as they came; never is never', () => {
  assert.equal(showTime('2030-01-31T12:00:00Z', { exact: true }, now), '2030-01-31T12:00:00Z');
  for (const time of ['0001-01-01T00:00:00Z', null, undefined]) {
    assert.equal(showTime(time, { exact: true }), 'never');
  }
  assert.equal(showTime('tomorrow', {}, now), 'tomorrow');
});

test('a moment is a time or how long ago', () => {
  for (const [text, time] of [
    ['90s', '2030-01-31T11:58:30.000Z'],
    ['15m', '2030-01-31T11:45:00.000Z'],
    ['12h', '2030-01-31T00:00:00.000Z'],
    ['30d', '2030-01-01T12:00:00.000Z'],
    ['2w', '2030-01-17T12:00:00.000Z'],
    ['2029-12-31', '2029-12-31T00:00:00.000Z'],
    ['2029-12-31T23:00:00+01:00', '2029-12-31T22:00:00.000Z'],
    ['2029-12-31T23:00Z', '2029-12-31T23:00:00.000Z'],
  ] as const) {
    assert.equal(parseMoment(text, now), time);
  }
  for (const text of ['', 'now', '5', '-5m', '5y', '2029-12-31T23:00:00', '2029-13-01', 'Mon', '1e3s']) {
    assert.throws(() => parseMoment(text, now), /A moment is/, text);
  }
});
