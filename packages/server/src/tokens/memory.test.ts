import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, UserRecord } from '../storage/records.ts';
import { createPrincipalMemory } from './memory.ts';
import type { Principal } from './principal.ts';

const user = (id: string): UserRecord => ({
  id,
  email: `${id}@example.com`,
  canonicalEmail: `${id}@example.com`,
  passwordHash: 'x',
  created: 1,
  expiry: null,
  admin: false,
  disabled: false,
  groups: [],
});
const principal = (tokenId: string, userId = 'u'): Principal => ({
  user: user(userId),
  token: { id: tokenId, name: null, created: 1, expiry: null, scopes: ['*'] },
});

function memoryWith(maxEntries?: number) {
  const pending: Change[] = [];
  let asked = 0;
  let seq = 0;
  const memory = createPrincipalMemory(() => {
    asked += 1;
    return pending.splice(0);
  }, maxEntries);
  return {
    memory,
    asked: () => asked,
    change: (
      change: { kind: 'token'; tokenId: string } | { kind: 'user'; userId: string } | { kind: 'all' },
    ) => void pending.push({ seq: ++seq, time: 1, ...change }),
    remember: (tokenString: string, of: Principal) => memory.remember(tokenString, of, memory.mark()),
  };
}

test('what was remembered is recalled, each time as the same object', () => {
  const { memory, remember } = memoryWith();
  assert.equal(memory.recall('a'), undefined);
  remember('a', principal('t1'));
  assert.deepEqual(memory.recall('a'), principal('t1'));
  assert.equal(memory.recall('a'), memory.recall('a'));
  assert.equal(memory.recall('b'), undefined);
});

test('an ended token, a changed user and "all" are forgotten at the very next recall, others are not', () => {
  const { memory, remember, change } = memoryWith();
  const fill = () => {
    remember('a', principal('t1', 'u1'));
    remember('b', principal('t2', 'u1'));
    remember('c', principal('t3', 'u2'));
  };
  const recalled = () => ['a', 'b', 'c'].filter((name) => memory.recall(name) !== undefined).join('');
  fill();
  change({ kind: 'token', tokenId: 't1' });
  assert.equal(recalled(), 'bc');
  change({ kind: 'user', userId: 'u1' });
  assert.equal(recalled(), 'c');
  // A token that has ended never comes back; one of a changed user may be remembered anew.
  remember('b', principal('t2', 'u1'));
  assert.equal(recalled(), 'bc');
  change({ kind: 'all' });
  assert.equal(recalled(), '');
});

test('an entry of a user as it was before a change stays forgotten when the user is remembered anew', () => {
  const { memory, remember, change } = memoryWith();
  remember('a', principal('t1', 'u1'));
  change({ kind: 'user', userId: 'u1' });
  remember('b', principal('t2', 'u1'));
  assert.equal(memory.recall('a'), undefined);
  assert.notEqual(memory.recall('b'), undefined);
});

test('what was read before a change is not remembered after it', () => {
  const { memory, change } = memoryWith();
  const mark = memory.mark();
  change({ kind: 'token', tokenId: 'another' });
  memory.remember('a', principal('t1'), mark);
  assert.equal(memory.recall('a'), undefined);
});

test('tokens that end in masses are forgotten too, and not kept in mind for ever', () => {
  const { memory, remember, change } = memoryWith();
  for (let at = 0; at < 100; at++) remember(`s${at}`, principal(`t${at}`));
  for (let at = 0; at < 30_000; at++) change({ kind: 'token', tokenId: at < 50 ? `t${at}` : `x${at}` });
  assert.equal(memory.recall('s99')?.token.id, 't99');
  assert.equal(memory.size(), 50);
  assert.equal(memory.recall('s49'), undefined);
});

test('junk does not ask the store what has changed', () => {
  const { memory, remember, asked } = memoryWith();
  remember('a', principal('t1'));
  const before = asked();
  for (let at = 0; at < 100; at++) memory.recall(`junk ${at}`);
  assert.equal(asked(), before);
});

test('beyond its size the oldest go', () => {
  const { memory, remember } = memoryWith(2);
  for (const name of ['a', 'b', 'c']) remember(name, principal(name));
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => memory.recall(name)?.token.id),
    [undefined, 'b', 'c'],
  );
});
