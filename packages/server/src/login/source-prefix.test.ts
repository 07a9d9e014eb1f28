import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sourcePrefix } from './source-prefix.ts';

test('an IPv4 address is its own source, however it is written', () => {
  assert.equal(sourcePrefix('192.0.2.7'), '192.0.2.7');
  assert.equal(sourcePrefix('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(sourcePrefix('::ffff:c000:207'), '192.0.2.7');
  assert.notEqual(sourcePrefix('192.0.2.7'), sourcePrefix('192.0.2.8'));
});

test('all addresses of an IPv6 /64 are one source, and those of the next are another', () => {
  const part = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(fc.array(part, { minLength: 4, maxLength: 4 }), (interfaceId) => {
      const address = `2001:db8:1:2:${interfaceId.map((n) => n.toString(16)).join(':')}`;
      assert.equal(sourcePrefix(address), '2001:db8:1:2::/64');
      assert.notEqual(sourcePrefix(address.replace('1:2:', '1:3:')), '2001:db8:1:2::/64');
    }),
  );
  assert.equal(sourcePrefix('2001:db8:1:2::%eth0'), '2001:db8:1:2::/64');
});

test('what is no address is a source of its own', () => {
  assert.equal(sourcePrefix(''), '');
  assert.equal(sourcePrefix('unknown'), 'unknown');
});
