import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Change, UserRecord } from '../storage/records.ts';
import { createPrincipalMemory, type Guess } from './memory.ts';
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

function memoryWith(limits: { maxEntries?: number; maxNoted?: number } = {}) {
  const pending: Change[] = [];
  let asked = 0;
  let seq = 0;
  const memory = createPrincipalMemory(() => {
    asked += 1;
    return pending.splice(0);
  }, limits);
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

test('a guess does not outlive the note that its token has ended', () => {
  const { memory, remember, change } = memoryWith();
  remember('a', principal('t1'));
  const guess = memory.guess('a') ?? assert.fail();
  memory.refresh();
  assert.ok(memory.holds(guess));
  for (let at = 0; at < 10_000; at++) change({ kind: 'token', tokenId: `x${at}` });
  change({ kind: 'token', tokenId: 't1' });
  memory.refresh();
  assert.equal(memory.holds(guess), false);
});

test('whatever is remembered, guessed and changed, in whatever order: nothing is accepted that has changed', () => {
  const names = [
    'remember',
    'endWhileRead',
    'guess',
    'recall',
    'end',
    'end',
    'change',
    'all',
    'refresh',
    'confirm',
  ] as const;
  const step = fc.tuple(fc.constantFrom(...names), fc.nat({ max: 3 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const { memory, change } = memoryWith({ maxEntries: 3, maxNoted: 2 });
      // What the store would say: the latest form of each user, and which tokens live. The last four are in play.
      const users = [user('u0'), user('u1')];
      const living: boolean[] = [true, true, true, true];
      const userOf = (n: number): UserRecord => users[n % 2] as UserRecord;
      const isTrue = (n: number, found: Principal): boolean =>
        living[n] === true && found.user.passwordHash === userOf(n).passwordHash;
      const end = (n: number): void => {
        if (!living[n]) return;
        living[n] = false;
        living.push(true);
        change({ kind: 'token', tokenId: `${n}` });
      };
      const guesses: { n: number; guess: Guess }[] = [];
      for (const [kind, back] of steps) {
        const n = living.length - 1 - back;
        if (kind === 'end') end(n);
        else if (kind === 'all') change({ kind });
        else if (kind === 'refresh') memory.refresh();
        else if (kind === 'change') {
          const { id, passwordHash } = userOf(n);
          users[n % 2] = { ...user(id), passwordHash: `${passwordHash}x` };
          change({ kind: 'user', userId: id });
        } else if (kind === 'remember' || kind === 'endWhileRead') {
          const mark = memory.mark();
          const found = living[n] && { ...principal(`${n}`), user: userOf(n) };
          if (kind === 'endWhileRead') end(n);
          if (found) memory.remember(`${n}`, found, mark);
        } else if (kind === 'guess') {
          const guess = memory.guess(`${n}`);
          if (guess !== undefined) guesses.push({ n, guess });
        } else if (kind === 'recall') {
          const found = memory.recall(`${n}`);
          assert.ok(found === undefined || isTrue(n, found));
        } else {
          memory.refresh();
          for (const { n: at, guess } of guesses.splice(0))
            assert.ok(!memory.holds(guess) || isTrue(at, guess.principal));
        }
      }
    }),
    { numRuns: 30_000 },
  );
});

test('junk does not ask the store what has changed', () => {
  const { memory, remember, asked } = memoryWith();
  remember('a', principal('t1'));
  const before = asked();
  for (let at = 0; at < 100; at++) memory.recall(`junk ${at}`);
  assert.equal(asked(), before);
});

test('beyond its size the oldest go', () => {
  const { memory, remember } = memoryWith({ maxEntries: 2 });
  for (const name of ['a', 'b', 'c']) remember(name, principal(name));
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => memory.recall(name)?.token.id),
    [undefined, 'b', 'c'],
  );
});
