import assert from 'node:assert/strict';
import type { ActivityCount, ListedRequest, RequestPosition, RequestRecord } from '../activity-store.ts';
import { fact, type OpenRoom } from './room.ts';

const minute = 60_000;
const hour = 60 * minute;
/** The beginning of an hour. */
const start = 1_750_000_000_000 - (1_750_000_000_000 % hour);

function count(fields: Partial<ActivityCount> = {}): ActivityCount {
  return {
    minute: start,
    activity: 'a',
    client: 'c/1',
    userId: null,
    outcome: 'ok',
    count: 1,
    totalMs: 10,
    maxMs: 10,
    ...fields,
  };
}

/** A list's first page. */
const first = (limit: number) => ({ before: null, limit });

/** A listed request as it was recorded. */
const record = ({ n: _, ...rest }: ListedRequest): RequestRecord => rest;

let requests = 0;

function request(fields: Partial<RequestRecord> = {}): RequestRecord {
  requests += 1;
  return {
    requestId: `r${requests}`,
    time: start,
    ms: 12.5,
    method: 'GET',
    route: '/v4/user/',
    status: 200,
    ip: '203.0.113.7',
    userId: 'u',
    tokenId: 't',
    activity: 'a',
    commandLine: 'gsctl info',
    userAgent: 'gsctl/1',
    original: 'GET /orders',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    ...fields,
  };
}

const everything = { from: 0, to: start + 1000 * hour };

export function examineActivity(open: OpenRoom): void {
  fact('counts of the same minute, activity, client, user and outcome add up', open, async (store, room) => {
    const other = await room.openAnother();
    const parts = [
      {},
      { minute: start + minute },
      { activity: 'b' },
      { client: '' },
      { userId: 'u' },
      { outcome: 'failed' } as const,
    ];
    for (const at of [store, other, store]) {
      await at.recordActivity(
        parts.map((part, n) => count({ ...part, count: n + 1, maxMs: 10 + n })),
        [],
      );
    }
    await store.recordActivity([count({ totalMs: 5, maxMs: 99 }), count({ maxMs: 7 })], []);
    assert.deepEqual(await store.listActivities({ ...everything, step: minute }, 100), [
      count({ client: '', count: 12, totalMs: 30, maxMs: 13 }),
      count({ outcome: 'failed', count: 18, totalMs: 30, maxMs: 15 }),
      count({ count: 5, totalMs: 45, maxMs: 99 }),
      count({ userId: 'u', count: 15, totalMs: 30, maxMs: 14 }),
      count({ activity: 'b', count: 9, totalMs: 30, maxMs: 12 }),
      count({ minute: start + minute, count: 6, totalMs: 30, maxMs: 11 }),
    ]);
  });

  fact('counts are summed up over steps, of a range and of one activity', open, async (store) => {
    const counts: ActivityCount[] = [];
    for (let n = 0; n < 180; n += 1) {
      for (const activity of ['b', 'a', '\u{1f600}', '\uff61']) {
        counts.push(count({ minute: start + n * minute, activity, totalMs: n, maxMs: n }));
      }
    }
    await store.recordActivity(counts, []);
    const hours = await store.listActivities({ ...everything, step: hour }, 100);
    assert.deepEqual(
      hours.map(({ minute: at, activity, count: times, maxMs }) => [
        (at - start) / hour,
        activity,
        times,
        maxMs,
      ]),
      [0, 1, 2].flatMap((at) =>
        ['a', 'b', '\uff61', '\u{1f600}'].map((activity) => [at, activity, 60, at * 60 + 59]),
      ),
    );
    assert.deepEqual(await store.listActivities({ ...everything, step: hour }, 5), hours.slice(0, 5));
    const part = { from: start + 30 * minute, to: start + 90 * minute, step: hour };
    const some = await store.listActivities({ ...part, activity: '\uff61' }, 100);
    assert.deepEqual(
      some.map(({ minute: at, count: times }) => [at, times]),
      [
        [start, 30],
        [start + hour, 30],
      ],
    );
    assert.deepEqual(await store.listActivities({ ...part, activity: 'nothing' }, 100), []);
    assert.deepEqual(await store.listActivities({ ...part, activity: 'a\0' }, 100), []);
    assert.deepEqual(
      await store.listActivities({ from: start + 1, to: start + minute, step: minute }, 9),
      [],
    );
  });

  fact('a walk through many counts misses none', open, async (store) => {
    const counts = Array.from({ length: 2500 }, (_, n) =>
      count({ minute: start + Math.floor(n / 900) * minute, activity: `a${n % 3}`, client: `c${n}` }),
    );
    await store.recordActivity(counts, []);
    for (const step of [minute, hour]) {
      const all = await store.listActivities({ ...everything, step }, 10_000);
      assert.equal(all.length, 2500);
      assert.ok(all.every((row) => row.count === 1));
      const first = await store.listActivities({ ...everything, step }, 1001);
      assert.deepEqual(first, all.slice(0, 1001));
      const one = await store.listActivities({ ...everything, step, activity: 'a1' }, 10_000);
      assert.deepEqual(
        one,
        all.filter(({ activity }) => activity === 'a1'),
      );
    }
  });

  fact('requests come back as they went in, by their id, the oldest first', open, async (store) => {
    const records = [
      request({ requestId: 'one', time: start + 5 }),
      request({ requestId: 'one', time: start, status: 503, ms: 0 }),
      request({
        requestId: 'two',
        userId: null,
        tokenId: null,
        activity: null,
        commandLine: null,
        userAgent: null,
        original: null,
        traceId: null,
      }),
      request({ requestId: 'two', route: '', ip: '', userAgent: '\u{1f600}é' }),
    ];
    await store.recordActivity([], records);
    assert.deepEqual(await store.findRequests('one', 10), [records[1], records[0]]);
    assert.deepEqual(await store.findRequests('one', 1), [records[1]]);
    assert.deepEqual(await store.findRequests('two', 10), [records[2], records[3]]);
    for (const id of ['', 'nothing', 'a\0b', '\ud800'])
      assert.deepEqual(await store.findRequests(id, 10), []);
  });

  fact(
    'requests are listed the latest first, of a range, an activity and an outcome',
    open,
    async (store) => {
      const records = Array.from({ length: 1500 }, (_, n) =>
        request({
          time: start + Math.floor(n / 2),
          activity: n % 3 === 0 ? null : `a${n % 3}`,
          status: [200, 302, 399, 400, 404, 499, 500, 503][n % 8] ?? 0,
        }),
      );
      await store.recordActivity([], records.slice(0, 700));
      await store.recordActivity([], records.slice(700));
      const latest = records.toReversed();
      const page = (filter: object, limit = 1000, before: RequestPosition | null = null) =>
        store.listRequests({ ...everything, ...filter }, { before, limit });
      const list = async (filter: object, limit?: number) => (await page(filter, limit)).map(record);
      assert.deepEqual(await list({}), latest.slice(0, 1000));
      assert.deepEqual(await list({}, 3), latest.slice(0, 3));
      const outcomes = { ok: [200, 399], refused: [400, 499], failed: [500, 599] } as const;
      for (const [outcome, [low, high]] of Object.entries(outcomes)) {
        const expected = latest.filter(({ status }) => status >= low && status <= high);
        assert.deepEqual(await list({ outcome }), expected);
        assert.deepEqual(
          await list({ outcome, activity: 'a1' }),
          expected.filter(({ activity }) => activity === 'a1'),
        );
      }
      // Page after page, also where it ends between two records of one time.
      for (const filter of [{}, { outcome: 'refused' }, { activity: 'a2' }, { to: start + 300 }]) {
        const pages: ListedRequest[] = [];
        for (let last: RequestPosition | null = null; ; last = pages.at(-1) ?? null) {
          const items = await page(filter, 97, last);
          pages.push(...items);
          if (items.length < 97) break;
        }
        const expected = latest.filter(
          ({ time, status, activity }) =>
            time < (filter.to ?? Number.POSITIVE_INFINITY) &&
            (filter.outcome === undefined || (status >= 400 && status <= 499)) &&
            (filter.activity === undefined || activity === filter.activity),
        );
        assert.deepEqual(pages.map(record), expected);
      }
      // A position behind the range's end is no way out of the range.
      const beyond = { time: start + 10_000, n: 0 };
      assert.deepEqual(await page({ to: start + 5 }, 100, beyond), await page({ to: start + 5 }, 100));
      const range = { from: start + 100, to: start + 200 };
      assert.deepEqual(
        await list(range),
        latest.filter(({ time }) => time >= range.from && time < range.to),
      );
      assert.deepEqual(await list({ activity: 'nothing' }), []);
      assert.deepEqual(await list({ activity: 'a\0' }), []);
    },
  );

  fact('old counts and requests are forgotten, and beyond the most the oldest', open, async (store) => {
    const counts = Array.from({ length: 6 }, (_, n) => count({ minute: start + n * minute }));
    const records = Array.from({ length: 6 }, (_, n) => request({ time: start + ((n * 5) % 6) }));
    await store.recordActivity(counts, records);
    const state = async () => [
      (await store.listActivities({ ...everything, step: minute }, 100)).map(
        (row) => (row.minute - start) / minute,
      ),
      (await store.listRequests(everything, first(100))).map(({ time }) => time - start),
    ];
    const bounds = { countsBefore: start + 2 * minute, requestsBefore: start + 2, most: 100 };
    assert.equal(await store.forgetActivity({ ...bounds, countsBefore: 0, requestsBefore: 0 }, 100), 0);
    assert.equal(await store.forgetActivity(bounds, 3), 3);
    assert.deepEqual(await state(), [
      [2, 3, 4, 5],
      [5, 4, 3, 2, 1],
    ]);
    assert.equal(await store.forgetActivity(bounds, 100), 1);
    assert.equal(await store.forgetActivity(bounds, 100), 0);
    assert.equal(await store.forgetActivity({ ...bounds, most: 3 }, 100), 1);
    assert.deepEqual(await state(), [
      [2, 3, 4, 5],
      [5, 4, 3],
    ]);
  });

  fact('what cannot be stored is refused and leaves nothing behind', open, async (store) => {
    const bad: [readonly ActivityCount[], readonly RequestRecord[]][] = [
      [[count(), count({ activity: 'a\0' })], []],
      [[count({ client: '\ud800' })], [request()]],
      [[count({ minute: 1.5 })], []],
      [[count()], [request({ userAgent: 'a\0b' })]],
      [[], [request(), request({ time: Number.NaN })]],
    ];
    for (const [counts, records] of bad)
      await assert.rejects(store.recordActivity(counts, records), TypeError);
    assert.deepEqual(await store.listActivities({ ...everything, step: minute }, 10), []);
    assert.deepEqual(await store.listRequests(everything, first(10)), []);
    for (const limit of [0, 1.5, 10_001]) {
      await assert.rejects(store.listActivities({ ...everything, step: minute }, limit), RangeError);
      await assert.rejects(store.listRequests(everything, first(limit)), RangeError);
      await assert.rejects(store.findRequests('r', limit), RangeError);
      const bounds = { countsBefore: 0, requestsBefore: 0, most: 1 };
      await assert.rejects(store.forgetActivity(bounds, limit), RangeError);
    }
    for (const step of [0, -minute, 0.5]) {
      await assert.rejects(store.listActivities({ ...everything, step }, 10), RangeError);
    }
  });
}
