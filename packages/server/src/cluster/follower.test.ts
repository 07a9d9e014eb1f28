import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Bell, ClusterLink, Look, Looking } from '../storage/cluster-link.ts';
import { StoreUnavailable } from '../storage/store.ts';
import { createAcknowledgements } from './acknowledgements.ts';
import { Follower } from './follower.ts';
import { createLease } from './lease.ts';

interface Asked extends Looking {
  answer(look?: Partial<Look>): Promise<void>;
  fail(): Promise<void>;
}

/** A follower whose looks are answered by hand. */
function followByHand({ leaseMs = 1_000, interval = 10_000 } = {}) {
  const asked: Asked[] = [];
  const registered: string[] = [];
  const waiting: ((asked: Asked) => void)[] = [];
  let links = 0;
  let hear: (bell: Bell) => void = () => {};
  let snapshots = 10;
  const link: ClusterLink = {
    look: (looking) =>
      new Promise((resolve, reject) => {
        const one: Asked = {
          ...looking,
          async answer(look) {
            snapshots += 1;
            const snapshot = `${snapshots}:${snapshots}:`;
            resolve({ snapshot, isRegistered: true, changes: [], nodes: [], ...look });
            await wait(1);
          },
          async fail() {
            reject(new StoreUnavailable('lost'));
            await wait(1);
          },
        };
        const next = waiting.shift();
        if (next === undefined) asked.push(one);
        else next(one);
      }),
    register: async ({ id }) => void registered.push(id),
    prune: async () => {},
    leave: async () => {},
    close: () => {},
  };
  const follower = new Follower({
    openLink: async (onBell) => {
      links += 1;
      hear = onBell;
      return link;
    },
    lease: createLease(leaseMs),
    acknowledgements: createAcknowledgements(leaseMs),
    member: { name: 'me', leaseMs },
    interval,
    report: () => {},
  });
  after(() => {
    void follower.close();
    for (const one of asked) void one.fail();
  });
  const next = async (): Promise<Asked> => asked.shift() ?? new Promise((resolve) => waiting.push(resolve));
  return { follower, next, registered, asked, ring: (bell: Bell) => hear(bell), links: () => links };
}

const ended = (xid: bigint, tokenId: string) => ({ xid, what: { kind: 'token', tokenId } as const });

test('a node registers before its first look, and has no lease before it was answered', async () => {
  const { follower, next, registered } = followByHand();
  follower.start();
  const first = await next();
  assert.deepEqual([first.node, first.since], [registered[0], undefined]);
  assert.throws(() => follower.newChanges(), StoreUnavailable);
  await first.answer({ changes: undefined });
  assert.deepEqual(follower.newChanges(), [{ kind: 'all' }]);
  assert.deepEqual(follower.newChanges(), []);
});

test('a look publishes what the one before has found, which is told by then; then it rings', async () => {
  const { follower, next, asked, ring } = followByHand();
  follower.start();
  await (await next()).answer({ snapshot: '5:5:', changes: undefined });
  const second = await next();
  assert.equal(second.since, '5:5:');
  await second.answer({ snapshot: '8:8:', changes: [ended(7n, 't')] });
  assert.deepEqual(follower.newChanges(), [{ kind: 'all' }, { kind: 'token', tokenId: 't' }]);
  const third = await next();
  assert.deepEqual([third.since, [...third.ring]], ['8:8:', ['applied']]);
  await third.answer();
  assert.deepEqual(asked, [], 'nothing new: it rests');
  ring('applied');
  await wait(5);
  assert.deepEqual(asked, [], 'nobody waits here');
  ring('changed');
  assert.deepEqual([...(await next()).ring], []);
});

test('who wants a look gets one that began after the wish, not the one under way', async () => {
  const { follower, next } = followByHand();
  follower.start();
  const underWay = await next();
  const got: string[] = [];
  const wanted = follower.look(5_000).then(({ snapshot }) => got.push(snapshot));
  await underWay.answer({ changes: undefined });
  assert.deepEqual(got, []);
  const later = await next();
  assert.deepEqual([...later.ring].sort(), ['applied', 'changed']);
  await later.answer({ snapshot: '99:99:' });
  await wanted;
  assert.deepEqual(got, ['99:99:']);
});

test('an answer that comes too late for the lease is taken in, but begins none', async () => {
  const { follower, next } = followByHand({ leaseMs: 50 });
  follower.start();
  const first = await next();
  await wait(60);
  await first.answer({ changes: undefined });
  assert.throws(() => follower.newChanges(), StoreUnavailable);
  await (await next()).answer({ changes: [ended(12n, 't')] });
  assert.deepEqual(follower.newChanges(), [{ kind: 'all' }, { kind: 'token', tokenId: 't' }]);
});

test('a node that was removed has no lease, forgets everything and enters under another id', async () => {
  const { follower, next, registered } = followByHand();
  follower.start();
  await (await next()).answer({ changes: undefined });
  follower.newChanges();
  await (await next()).answer({ isRegistered: false });
  assert.throws(() => follower.newChanges(), StoreUnavailable);
  const again = await next();
  assert.equal(new Set(registered).size, 2);
  assert.equal(again.node, registered[1]);
  await again.answer();
  assert.deepEqual(follower.newChanges(), [{ kind: 'all' }]);
});

test('after a lost connection nothing is known of before, and a wish is met by the next one', async () => {
  const { follower, next, links, registered } = followByHand();
  follower.start();
  await (await next()).answer({ changes: undefined });
  await (await next()).answer();
  follower.newChanges();
  const wanted = follower.look(5_000);
  await (await next()).fail();
  assert.deepEqual(follower.newChanges(), [], 'the lease of before goes on');
  const first = await next();
  assert.deepEqual([first.since, links(), registered.length], [undefined, 2, 1]);
  await first.answer({ changes: undefined });
  assert.deepEqual(follower.newChanges(), [{ kind: 'all' }]);
  await wanted;
});

test('a wish that nobody can meet is refused in time', async () => {
  const { follower, next } = followByHand();
  follower.start();
  await next();
  await assert.rejects(follower.look(30), StoreUnavailable);
});
