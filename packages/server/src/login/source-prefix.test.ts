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

test('a port, brackets and a translator make no other source', () => {
  for (const written of ['192.0.2.7:4711', '64:ff9b::c000:207', '64:ff9b::192.0.2.7', '[::ffff:192.0.2.7]:1'])
    assert.equal(sourcePrefix(written), '192.0.2.7', written);
  for (const written of ['2001:db8:1:2::9', '[2001:db8:1:2::9]', '[2001:db8:1:2::9]:4711'])
    assert.equal(sourcePrefix(written), '2001:db8:1:2::/64', written);
});

test('all that is no address is one source, so that nobody gets more by thinking up names', () => {
  for (const text of ['', 'unknown', '_hidden', '192.0.2.7:port', '[x]:1'])
    assert.equal(sourcePrefix(text), 'unknown');
});
