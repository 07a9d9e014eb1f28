import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { clientAddress, isFromTrustedProxy } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

test('each peer is judged for itself, also when more have come than are remembered', () => {
  const proxies = ['10.0.0.0/9'];
  const [addressOf, isTrusted] = [clientAddress(proxies), isFromTrustedProxy(proxies)];
  for (let round = 0; round < 2; round += 1)
    for (let n = 0; n < 2_500; n += 1) {
      const low = `${n >> 8}.${n & 255}`;
      assert.equal(addressOf(request(`10.1.${low}`, '192.0.2.7')), '192.0.2.7');
      assert.equal(addressOf(request(`10.129.${low}`, '192.0.2.7')), `10.129.${low}`);
      assert.equal(isTrusted(request(`10.1.${low}`)), true);
      assert.equal(isTrusted(request(`10.129.${low}`)), false);
    }
});

test('what stands in the header is judged by its place: a trusted address there is passed over, and proves nothing of a peer', () => {
  const proxies = ['10.0.0.1', '::1'];
  const addressOf = clientAddress(proxies);
  assert.equal(addressOf(request('10.0.0.1', '192.0.2.7, 10.0.0.1')), '192.0.2.7');
  assert.equal(addressOf(request('::1', '192.0.2.7, 10.0.0.1:4711')), '192.0.2.7');
  assert.equal(addressOf(request('192.0.2.9', '10.0.0.1')), '192.0.2.9');
  assert.equal(addressOf(request('10.0.0.1', '192.0.2.9, 192.0.2.7')), '192.0.2.7');
  assert.equal(addressOf(request('10.0.0.1', '192.0.2.9, whoever')), '10.0.0.1');
});
