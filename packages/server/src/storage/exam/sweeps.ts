import assert from 'node:assert/strict';
import type { Act, TokenPolicy, TokenRecord, UserRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, endCause, isLiving, now, sampleToken } from './samples.ts';

const none: TokenPolicy = { maxAge: null, idleTimeout: null };
const sweeper: Act = { time: now, actor: null, requestId: null };
const used = (time: number) => ({ time, ip: '::1', activity: null, userAgent: null });

async function assertEnded(store: Store, token: TokenRecord, cause: string | undefined): Promise<void> {
  assert.equal(await endCause(store, token), cause);
  assert.equal(await isLiving(store, token), cause === undefined);
}

export function examineSweeps(open: OpenRoom): void {
  fact('a sweep ends what has expired, at the instant of its expiry', open, async (store) => {
    const user = await addUser(store);
    const dead = [await addToken(store, user, { expiry: now }), await addToken(store, user, { expiry: -5 })];
    const living = [
      await addToken(store, user, { expiry: now + 1 }),
      await addToken(store, user, { expiry: null }),
    ];
    assert.equal(await store.sweepTokens(none, sweeper, 100), 2);
    for (const token of dead) {
      assert.deepEqual((await store.findEndedToken(token.id))?.ended, { ...sweeper, cause: 'expired' });
      assert.equal(await isLiving(store, token), false);
    }
    for (const token of living) await assertEnded(store, token, undefined);
    assert.equal(await store.sweepTokens(none, sweeper, 100), 0);
  });

  fact('a sweep ends what is older than the policy allows', open, async (store) => {
    const user = await addUser(store);
    const [old, young] = [
      await addToken(store, user, { created: now - 50, expiry: null }),
      await addToken(store, user, { created: now - 49, expiry: null }),
    ];
    await store.recordUses(new Map([[old.id, used(now)]]));
    assert.equal(await store.sweepTokens(none, sweeper, 100), 0);
    assert.equal(await store.sweepTokens({ ...none, maxAge: 50 }, sweeper, 100), 1);
    await assertEnded(store, old, 'policy');
    await assertEnded(store, young, undefined);
  });

  fact(
    'a sweep ends what was not used for too long, counted from the last use or the beginning',
    open,
    async (store) => {
      const user = await addUser(store);
      const make = (created: number) => addToken(store, user, { created, expiry: null });
      const [neverUsed, usedLong, usedNow, young] = [
        await make(now - 50),
        await make(now - 90),
        await make(now - 90),
        await make(now - 49),
      ];
      await store.recordUses(
        new Map([
          [usedLong.id, used(now - 50)],
          [usedNow.id, used(now - 49)],
        ]),
      );
      assert.equal(await store.sweepTokens({ ...none, idleTimeout: 50 }, sweeper, 100), 2);
      await assertEnded(store, neverUsed, 'idle');
      await assertEnded(store, usedLong, 'idle');
      await assertEnded(store, usedNow, undefined);
      await assertEnded(store, young, undefined);
    },
  );

  fact('a sweep ends the tokens of users who have expired', open, async (store) => {
    const expired = await addUser(store, { expiry: now });
    const able = await addUser(store, { expiry: now + 1 });
    const before = { ...act, time: now - 1 };
    const tokens: TokenRecord[] = [];
    for (const user of [expired, expired, able]) {
      const token = await addTokenAt(store, user, before);
      tokens.push(token);
    }
    assert.equal(await store.sweepTokens(none, sweeper, 100), 2);
    await assertEnded(store, tokens[0] as TokenRecord, 'user_expired');
    await assertEnded(store, tokens[1] as TokenRecord, 'user_expired');
    await assertEnded(store, tokens[2] as TokenRecord, undefined);
  });

  fact('of several reasons the first counts: expired, policy, idle, user expired', open, async (store) => {
    const policy = { maxAge: 50, idleTimeout: 20 };
    const user = await addUser(store, { expiry: now });
    const before = { ...act, time: now - 100 };
    const cases = [
      { fields: { expiry: now, created: now - 60 }, cause: 'expired' },
      { fields: { expiry: null, created: now - 60 }, cause: 'policy' },
      { fields: { expiry: null, created: now - 30 }, cause: 'idle' },
      { fields: { expiry: null, created: now - 10 }, cause: 'user_expired' },
    ];
    const tokens: TokenRecord[] = [];
    for (const { fields } of cases) tokens.push(await addTokenAt(store, user, before, fields));
    assert.equal(await store.sweepTokens(policy, sweeper, 100), 4);
    for (const [n, token] of tokens.entries()) await assertEnded(store, token, cases[n]?.cause);
  });

  fact('a sweep ends at most its limit, and the next ones the rest', open, async (store) => {
    const user = await addUser(store);
    // Each is dead for two reasons, so that one reason's may be counted twice.
    const policy = { maxAge: 10, idleTimeout: 10 };
    for (let n = 0; n < 7; n += 1)
      await addToken(store, user, { created: now - 20 - n, expiry: n < 3 ? now : null });
    const living = await addToken(store, user);
    const answers: number[] = [];
    for (let n = 0; n < 4; n += 1) answers.push(await store.sweepTokens(policy, sweeper, 3));
    assert.deepEqual(answers, [3, 3, 1, 0]);
    await assertEnded(store, living, undefined);
  });

  fact('many sweeps at once end each token once', open, async (store, room) => {
    const stores = [store, await room.openAnother()];
    const user = await addUser(store);
    const tokens = await Promise.all(
      Array.from({ length: 60 }, (_, n) => addToken(store, user, { expiry: now - n })),
    );
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => stores[n % 2]?.sweepTokens(none, sweeper, 1000)),
    );
    assert.equal(
      answers.reduce((sum: number, answer) => sum + (answer ?? 0), 0),
      60,
    );
    for (const token of tokens) await assertEnded(store, token, 'expired');
  });

  fact('a token that is used while a sweep looks is not idle', open, async (store, room) => {
    const other = await room.openAnother();
    const user = await addUser(store);
    for (let trial = 0; trial < 60; trial += 1) {
      const token = await addToken(store, user, { created: now - 50, expiry: null });
      const use = new Map([[token.id, used(now)]]);
      const [sweep, record] = trial % 2 === 0 ? [store, store] : [store, other];
      const swept = sweep.sweepTokens({ ...none, idleTimeout: 50 }, sweeper, 10);
      const recorded = record.recordUses(use);
      const [ended] = await Promise.all([swept, recorded]);
      const left = await store.findTokenById(token.id);
      // Whichever came first: a remembered use and an ending exclude each other.
      assert.equal(left === undefined, ended === 1);
      if (left !== undefined) assert.deepEqual(left.lastUsed, used(now));
    }
  });

  fact(
    'tombstones are forgotten from before a time, at most the limit, the oldest first',
    open,
    async (store) => {
      const user = await addUser(store);
      const tokens: TokenRecord[] = [];
      for (let n = 0; n < 6; n += 1) {
        const token = await addToken(store, user);
        await store.endToken(token.id, 'logout', { ...act, time: now + n });
        tokens.push(token);
      }
      const known = async () => (await store.listEndedTokens(user.id, 100)).map(({ id }) => id);
      const ids = tokens.map(({ id }) => id).toReversed();
      assert.deepEqual(await known(), ids);
      assert.equal(await store.forgetEndedTokens(now, 10), 0);
      assert.equal(await store.forgetEndedTokens(now + 4, 3), 3);
      assert.deepEqual(await known(), ids.slice(0, 3));
      assert.equal(await store.findEndedToken(ids[5] ?? ''), undefined);
      assert.equal(await store.forgetEndedTokens(now + 4, 3), 1);
      assert.equal(await store.forgetEndedTokens(now + 4, 3), 0);
      assert.deepEqual(await known(), ids.slice(0, 2));
    },
  );

  fact("a user's ended tokens are listed in the order they ended, the last first", open, async (store) => {
    const [user, other] = [await addUser(store), await addUser(store)];
    const ended: string[] = [];
    // The clock goes backwards, and tokens end in another order than they were made.
    const tokens = [await addToken(store, user), await addToken(store, user), await addToken(store, user)];
    for (const [n, index] of [1, 2, 0].entries()) {
      const token = tokens[index];
      await store.endToken(token?.id ?? '', 'revoked', { ...act, time: now - n });
      ended.unshift(token?.id ?? '');
      const foreign = await addToken(store, other);
      await store.endToken(foreign.id, 'logout', act);
    }
    const list = await store.listEndedTokens(user.id, 100);
    assert.deepEqual(
      list.map(({ id }) => id),
      ended,
    );
    assert.deepEqual(list[0], await store.findEndedToken(ended[0] ?? ''));
    assert.deepEqual(
      (await store.listEndedTokens(user.id, 2)).map(({ id }) => id),
      ended.slice(0, 2),
    );
    assert.deepEqual(await store.listEndedTokens('nobody', 10), []);
    await store.deleteUser(user.id, act);
    assert.equal((await store.listEndedTokens(user.id, 100)).length, 3);
  });

  fact('a batch outside 1 to 10,000 is a defect', open, async (store) => {
    for (const limit of [0, -1, 10_001, 1.5, Number.NaN]) {
      await assert.rejects(store.sweepTokens(none, sweeper, limit), RangeError, String(limit));
      await assert.rejects(store.forgetEndedTokens(now, limit), RangeError, String(limit));
    }
  });
}

/** A token that was issued when its user had not yet expired. */
async function addTokenAt(
  store: Store,
  user: UserRecord,
  at: Act,
  fields: Partial<TokenRecord> = {},
): Promise<TokenRecord> {
  const token = sampleToken(user, fields);
  assert.equal(await store.issueToken(token, user.passwordHash, at), 'issued');
  return token;
}
