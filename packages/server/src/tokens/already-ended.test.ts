import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../clock.ts';
import { sampleUser } from '../storage/exam/samples.ts';
import { type Store, StoreUnavailable } from '../storage/store.ts';
import { endKnownToken } from './own-tokens.ts';
import type { Principal } from './principal.ts';
import { revokeTokenString } from './revoke.ts';
import { newTokenString } from './token-string.ts';

const act = { actor: null, requestId: null };
const user = sampleUser();
const asker = { user, token: { id: 'own' } } as unknown as Principal;

/** A store in which the token has been ended by somebody who still waits for other nodes. */
function storeWhere(settle: () => Promise<void>): Store {
  return {
    findToken: async () => undefined,
    findTokenById: async () => undefined,
    findEndedToken: async () => ({ id: 't', userId: user.id, ended: { cause: 'logout' } }),
    endToken: () => assert.fail('there is nothing to end'),
    settle,
  } as unknown as Store;
}

test('that a token has ended already is said only when every node knows it', async () => {
  let settled = 0;
  const store = storeWhere(async () => {
    settled += 1;
  });
  const parts = { store, clock: systemClock(), digestKeys: [] as never };
  await endKnownToken(parts, 't', asker, act);
  assert.equal(settled, 1);
  await revokeTokenString(parts, newTokenString(), act);
  assert.equal(settled, 2);
  await revokeTokenString(parts, 'junk', act);
  assert.equal(settled, 2, 'what is no token is nobody’s');
});

test('when that can not be found out, it is not said', async () => {
  const store = storeWhere(() => Promise.reject(new StoreUnavailable('nobody answers')));
  const parts = { store, clock: systemClock(), digestKeys: [] as never };
  await assert.rejects(endKnownToken(parts, 't', asker, act), StoreUnavailable);
  await assert.rejects(revokeTokenString(parts, newTokenString(), act), StoreUnavailable);
});
