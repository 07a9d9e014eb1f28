import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiClient } from './api-client.ts';
import type { ReturnType } from './convert.ts';
import { V4UserListItem } from './models.ts';

const { convertToType, parseDate } = ApiClient;

test('simple types', () => {
  const blob = new Blob([]);
  for (const [data, type, expected] of [
    ['x', 'Boolean', true],
    ['', 'Boolean', false],
    ['12.9', 'Integer', 12],
    ['12.9', 'Number', 12.9],
    [12, 'String', '12'],
    [blob, 'Blob', blob],
    ['x', 'Unheard', 'x'],
    ['x', null, 'x'],
  ] as const) {
    assert.equal(convertToType(data, type as ReturnType), expected);
  }
  assert.deepEqual(convertToType('2026-01-02T03:04:05Z', 'Date'), new Date(Date.UTC(2026, 0, 2, 3, 4, 5)));
});

test('null and undefined stay what they are, whatever the type', () => {
  for (const type of [
    'String',
    'Date',
    ['String'],
    { String: 'String' },
    V4UserListItem,
    Object,
  ] as ReturnType[]) {
    assert.equal(convertToType(null, type), null);
    assert.equal(convertToType(undefined, type), undefined);
  }
});

test('lists, maps, models and plain objects nest', () => {
  assert.deepEqual(convertToType(['1', 2], ['Integer']), [1, 2]);
  assert.deepEqual(convertToType({ a: '1', b: 2 }, { String: 'Integer' }), { a: 1, b: 2 });
  const [user] = convertToType([{ email: 'a@b.de', unknown: 1 }], [V4UserListItem]);
  assert.ok(user instanceof V4UserListItem);
  assert.deepEqual({ ...user }, { email: 'a@b.de' });
  const same = { a: 1 };
  assert.equal(convertToType(same, Object), same);
  assert.throws(() => convertToType({}, ['String']), /^TypeError: A list was expected/);
});

test('a key __proto__ stays data', () => {
  const map = convertToType(JSON.parse('{"__proto__": "x"}'), { String: 'String' });
  assert.equal(Object.getPrototypeOf(map), Object.prototype);
  assert.deepEqual(Object.keys(map), ['__proto__']);
});

test('JSON that has its types already comes out as it went in', () => {
  const user = fc.record(
    { email: fc.string(), created: fc.string(), admin: fc.boolean(), groups: fc.array(fc.string()) },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(user), (users) => {
      const converted = convertToType(JSON.parse(JSON.stringify(users)), [V4UserListItem]);
      assert.deepEqual(JSON.parse(JSON.stringify(converted)), users);
    }),
  );
  const values = fc.dictionary(fc.string(), fc.array(fc.integer()), { noNullPrototype: true });
  fc.assert(fc.property(values, (map) => assert.deepEqual(convertToType(map, { String: ['Integer'] }), map)));
});

test('dates round-trip, and never stays in the year 1', () => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
      (date) => {
        assert.equal(parseDate(date.toJSON()).getTime(), date.getTime());
      },
    ),
  );
  assert.equal(parseDate('0001-01-01T00:00:00Z').getUTCFullYear(), 1);
});

test('constructFromObject fills a list or a map', () => {
  assert.deepEqual(ApiClient.constructFromObject(['1'], [], 'Integer'), [1]);
  assert.deepEqual(ApiClient.constructFromObject({ a: '1' }, { b: 2 }, 'Integer'), { a: 1, b: 2 });
});
