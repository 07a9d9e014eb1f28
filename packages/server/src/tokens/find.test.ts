import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '../clock.ts';
import { databaseReads, newCounts } from '../counts.ts';
import { sampleUser } from '../storage/exam/samples.ts';
import type { TokenRecord, WhatChanged } from '../storage/records.ts';
import { type Store, StoreUnavailable } from '../storage/store.ts';
import { type DigestKey, digestToken, sealToken } from './digest.ts';
import { createTokenFinder } from './find.ts';
import { newTokenString } from './token-string.ts';

const use = { ip: '::1', activity: null, userAgent: null };

/** A finder on a store that has one token; what the store says of changes is set by hand. */
function finderWith() {
  const key: DigestKey = { id: 'k', secret: createSecretKey(new Uint8Array(32).fill(1)) };
  const tokenString = newTokenString();
  const user = sampleUser();
  const unsealed = {
    id: 't',
    userId: user.id,
    digest: digestToken(key, tokenString),
    keyId: key.id,
    name: null,
    created: 1,
    expiry: null,
    scopes: ['*'],
  };
  const token: TokenRecord = { ...unsealed, seal: sealToken(key, unsealed) };
  const at = {
    isKnown: true,
    isAway: false,
    changes: [] as WhatChanged[],
    duringRead: () => {},
    tokenString,
  };
  const store = {
    newChanges() {
      if (!at.isKnown) throw new StoreUnavailable('the lease has run out');
      return at.changes.splice(0);
    },
    async findToken([digest]: Uint8Array[]) {
      if (at.isAway) throw new StoreUnavailable('the database is away');
      at.duringRead();
      return Buffer.compare(digest as Uint8Array, token.digest) === 0 ? { token, user } : undefined;
    },
  } as unknown as Store;
  const { verifications } = newCounts();
  const finder = createTokenFinder({
    store,
    digestKeys: [key],
    clock: systemClock(),
    policy: { maxAge: null, idleTimeout: null },
    lastUses: { note() {}, pending: () => undefined, flush: async () => {} },
    verifications,
    sweep: async () => {},
  });
  return { finder, at, verifications, find: async () => (await finder.find(tokenString, use))?.token.id };
}

test('answers are counted by where they came from', async () => {
  const { finder, at, verifications, find } = finderWith();
  await find();
  await find();
  const guess = finder.guess(at.tokenString) ?? assert.fail();
  assert.ok(finder.confirm()(guess, use));
  await finder.find(newTokenString(), use);
  await finder.find('no token', use);
  at.isAway = true;
  await assert.rejects(async () => finder.find(newTokenString(), use), StoreUnavailable);
  assert.deepEqual(verifications, {
    memory: { accepted: 2 },
    database: { accepted: 1, refused: 1, unavailable: 1 },
    form: { refused: 1 },
  });
});

test('while it is not known what has changed, each token is read from the store', async () => {
  const { finder, at, verifications, find } = finderWith();
  for (let n = 0; n < 3; n += 1) assert.equal(await find(), 't');
  assert.deepEqual([databaseReads(verifications), finder.remembered()], [1, 1]);
  at.isKnown = false;
  for (let n = 0; n < 3; n += 1) assert.equal(await find(), 't');
  assert.deepEqual([databaseReads(verifications), finder.remembered()], [4, 1]);
  assert.throws(() => finder.confirm(), StoreUnavailable);
  at.isKnown = true;
  assert.equal(await find(), 't');
  assert.deepEqual(
    [databaseReads(verifications), finder.remembered()],
    [4, 1],
    'what was remembered still holds',
  );
});

test('what was read while that was not known, at its begin or its end, is not remembered', async () => {
  for (const known of [
    [false, true],
    [true, false],
  ]) {
    const { finder, at, find } = finderWith();
    [at.isKnown = true] = known;
    at.duringRead = () => {
      at.isKnown = known[1] === true;
    };
    assert.equal(await find(), 't');
    assert.equal(finder.remembered(), 0);
  }
});

test('what was read before a change that became known meanwhile is not remembered', async () => {
  const { finder, at, find } = finderWith();
  at.duringRead = () => at.changes.push({ kind: 'token', tokenId: 'another' });
  assert.equal(await find(), 't');
  assert.equal(finder.remembered(), 0);
});
