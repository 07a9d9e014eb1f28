import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFairQueue } from './fair-queue.ts';

interface Job {
  readonly source: string;
  readonly n: number;
}

const sourceNames = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 60 });

function fill(names: readonly string[], limits = { most: 1000, share: 1000 }) {
  const queue = createFairQueue<Job>(limits);
  const jobs = names.map((source, n) => ({ source, n }));
  const gone = new Set(jobs.map((job) => queue.push(job.source, job)).filter((job) => job !== undefined));
  return { queue, jobs, gone };
}

function drain(queue: ReturnType<typeof createFairQueue<Job>>): Job[] {
  const served: Job[] = [];
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) served.push(job);
  return served;
}

test("a single job comes within one round, however many of others' wait", () => {
  fc.assert(
    fc.property(sourceNames, (names) => {
      const { queue } = fill(names);
      const job = { source: 'single', n: 0 };
      queue.push('single', job);
      assert.ok(drain(queue).indexOf(job) <= new Set(names).size);
    }),
  );
  const { queue } = fill(Array.from({ length: 1000 }, () => 'crowd'));
  queue.push('single', { source: 'single', n: 0 });
  assert.deepEqual(
    [queue.shift(), queue.shift()].map((job) => job?.source),
    ['crowd', 'single'],
  );
});

test('no job is lost, doubled or overtaken by a later one of its source', () => {
  fc.assert(
    fc.property(sourceNames, (names) => {
      const { queue, jobs } = fill(names);
      assert.equal(queue.size, jobs.length);
      const served = drain(queue);
      assert.deepEqual(
        [...served].sort((a, b) => a.n - b.n),
        jobs,
      );
      for (const [, own] of Map.groupBy(served, (job) => job.source))
        assert.deepEqual(
          own,
          [...own].sort((a, b) => a.n - b.n),
        );
      assert.equal(queue.size, 0);
      assert.equal(queue.oldest(), undefined);
    }),
  );
});

test('as long as two sources wait, neither is served twice more than the other', () => {
  fc.assert(
    fc.property(sourceNames, (names) => {
      const waiting = new Map<string, number>();
      for (const name of names) waiting.set(name, (waiting.get(name) ?? 0) + 1);
      const served = new Map<string, number>([...waiting.keys()].map((name) => [name, 0]));
      for (const { source } of drain(fill(names).queue)) {
        served.set(source, (served.get(source) ?? 0) + 1);
        const still = [...waiting].filter(([name, count]) => (served.get(name) ?? 0) < count);
        const turns = still.map(([name]) => served.get(name) ?? 0);
        assert.ok(turns.length === 0 || Math.max(...turns) - Math.min(...turns) <= 1);
      }
    }),
  );
});

test('what is said to be ahead of a new job is what is served before it', () => {
  fc.assert(
    fc.property(sourceNames, fc.nat(30), fc.constantFrom('a', 'b', 'new'), (names, turns, source) => {
      const { queue } = fill(names);
      for (let turn = 0; turn < turns; turn++) queue.shift();
      const ahead = queue.ahead(source);
      const job = { source, n: -1 };
      queue.push(source, job);
      assert.equal(drain(queue).indexOf(job), ahead);
    }),
  );
});

test('it holds its bounds, and the source that has least is let in at the cost of the one that has most', () => {
  fc.assert(
    fc.property(
      sourceNames,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      (names, most, cap) => {
        const share = Math.min(most, cap);
        const { queue, jobs, gone } = fill(names, { most, share });
        assert.ok(queue.size <= most);
        const served = drain(queue);
        assert.deepEqual(new Set([...served, ...gone]), new Set(jobs), 'each is served or refused');
        for (const [, own] of Map.groupBy(served, (job) => job.source)) assert.ok(own.length <= share);
      },
    ),
  );
  const { queue } = fill(['a', 'a', 'a', 'b'], { most: 4, share: 4 });
  const own = { source: 'c', n: 9 };
  assert.deepEqual(queue.push('c', own), { source: 'a', n: 2 });
  assert.deepEqual(queue.push('c', { source: 'c', n: 10 }), { source: 'c', n: 10 });
  assert.equal(queue.size, 4);
});

test('a job that is taken out does not come, and the oldest is the one that arrived first', () => {
  fc.assert(
    fc.property(sourceNames, fc.array(fc.nat(59)), (names, out) => {
      const { queue, jobs } = fill(names);
      const removed = new Set(out.flatMap((n) => jobs[n] ?? []));
      for (const job of removed) queue.remove(job);
      const left = jobs.filter((job) => !removed.has(job));
      assert.equal(queue.oldest(), left[0]);
      assert.deepEqual(new Set(drain(queue)), new Set(left));
    }),
  );
});

test('of many who are on their way no more are expected than there is room for', () => {
  const queue = createFairQueue<Job>({ most: 10, share: 4 });
  // Half full, since with less than that not all need to come.
  for (let n = 0; n < 5; n++) queue.push(`s${n}`, { source: `s${n}`, n });
  const expectedOf = (source: string) => queue.expect(source);
  const forgets = Array.from({ length: 5 }, (_, n) => expectedOf(`t${n}`));
  assert.ok(forgets.every((forget) => forget !== undefined));
  assert.equal(expectedOf('late'), undefined);
  assert.ok(queue.hasRoom('late'), 'it has not come yet');
  forgets[0]?.();
  forgets[0]?.();
  const again = expectedOf('late');
  assert.ok(again !== undefined);
  assert.equal(expectedOf('later'), undefined, 'forgotten twice, one place was free');
  // One that comes is not counted twice.
  queue.push('late', { source: 'late', n: 9 });
  again();
  assert.equal(expectedOf('later'), undefined);
  queue.expectLess('t1');
  assert.ok(expectedOf('later') !== undefined);
});

test('of one source no more are expected than its share, and of an empty queue twice what it holds', () => {
  const queue = createFairQueue<Job>({ most: 10, share: 4 });
  assert.equal(
    Array.from({ length: 9 }, () => queue.expect('a')).filter((one) => one !== undefined).length,
    4,
  );
  const others = Array.from({ length: 30 }, (_, n) => queue.expect(`s${n}`)).filter(
    (one) => one !== undefined,
  );
  // Three of them in the places of the one that had most.
  assert.equal(others.length, 19);
  for (const forget of others) forget();
  const back = Array.from({ length: 9 }, () => queue.expect('a')).filter((one) => one !== undefined);
  assert.equal(back.length, 3, 'to its share again');
  queue.expectLess('a');
  assert.ok(queue.expect('a') !== undefined);
  queue.expectLess('nobody');
});

test('a crowd that is expected and never comes keeps nobody out who has less', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 4, max: 40 }), (crowds, most) => {
      const queue = createFairQueue<Job>({ most, share: most });
      for (let n = 0; n < 10 * most; n++) queue.expect(`crowd ${n % crowds}`);
      assert.ok(queue.expect('single') !== undefined);
    }),
  );
});
