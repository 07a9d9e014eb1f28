import assert from 'node:assert/strict';
import type { AuditEvent, AuditFilter } from '../audit-store.ts';
import type { Store } from '../store.ts';
import { allEvents, checkChains, eventsOf } from './chains.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addAdmin, addToken, addUser, now, sampleToken } from './samples.ts';

/** Events of several kinds, users, requests and times; the clock doesn't only go forwards. */
async function fill(store: Store): Promise<void> {
  const users = [await addAdmin(store), await addUser(store), await addUser(store)];
  for (let n = 0; n < 60; n += 1) {
    const user = users[n % 3];
    if (user === undefined) throw new Error('there are three users');
    const it = {
      time: now + ((n * 7) % 20),
      actor: n % 5 === 0 ? null : (users[n % 2]?.id ?? null),
      requestId: `request ${n % 4}`,
    };
    const token = sampleToken(user);
    await store.issueToken(token, user.passwordHash, it);
    if (n % 2 === 0) await store.endToken(token.id, 'logout', it);
    if (n % 7 === 0) await store.modifyUser(user.id, { groups: [String(n)] }, it);
  }
}

/** Many of one user, one request and one kind, from before and after the others. */
async function addMany(store: Store, count: number): Promise<void> {
  const user = await addUser(store);
  const { passwordHash } = user;
  const add = (_: unknown, n: number) =>
    store.issueToken(sampleToken(user), passwordHash, {
      time: now + (n % 24) - 2,
      actor: user.id,
      requestId: 'request 2',
    });
  // Few enough at a time to be written before an act has waited too long, on however slow a machine.
  for (let left = count; left > 0; left -= 250)
    await Promise.all(Array.from({ length: Math.min(left, 250) }, add));
}

function fits(event: AuditEvent, filter: AuditFilter): boolean {
  return (
    (filter.event === undefined || event.event === filter.event) &&
    (filter.subject === undefined || event.subject === filter.subject) &&
    (filter.actor === undefined || event.actor === filter.actor) &&
    (filter.requestId === undefined || event.requestId === filter.requestId) &&
    (filter.from === undefined || event.time >= filter.from) &&
    (filter.to === undefined || event.time < filter.to)
  );
}

/** By `time`, `chain`, `n`, the latest first. */
function isBehind(one: AuditEvent, other: AuditEvent): boolean {
  if (one.time !== other.time) return one.time < other.time;
  return one.chain === other.chain ? one.n < other.n : one.chain < other.chain;
}

export function examineAuditLists(open: OpenRoom): void {
  fact('events are listed the latest first, by any filter and by pages', open, async (store) => {
    await fill(store);
    await addMany(store, 1100);
    const all = await allEvents(store);
    assert.equal(all.length, (await checkChains(store)).length);
    for (const [n, event] of all.entries()) {
      const next = all[n + 1];
      if (next !== undefined) assert.ok(isBehind(next, event));
    }
    const some = all.find(({ event }) => event === 'token.revoked');
    const values: AuditFilter = {
      event: 'token.revoked',
      subject: some?.subject ?? '',
      actor: all.find(({ actor }) => actor?.startsWith('u_'))?.actor ?? '',
      requestId: 'request 2',
      from: now + 4,
      to: now + 15,
    };
    const names = Object.keys(values) as (keyof AuditFilter)[];
    for (let mask = 0; mask < 2 ** names.length; mask += 1) {
      const named = names.filter((_, bit) => (mask & (2 ** bit)) !== 0);
      const filter: AuditFilter = Object.fromEntries(named.map((name) => [name, values[name]]));
      const expected = all.filter((event) => fits(event, filter));
      for (const limit of [1000, 97]) {
        assert.deepEqual(await allEvents(store, filter, limit), expected, named.join());
      }
    }
  });

  fact('what nobody did is an empty list', open, async (store) => {
    await fill(store);
    const nothing: AuditFilter[] = [
      { subject: 'nobody' },
      { actor: 'nobody' },
      { requestId: 'nothing' },
      { event: 'user.imported' },
      { subject: 'login.succeeded' },
      { subject: 'a\0b' },
      { requestId: '\ud800' },
      { from: now + 20 },
      { to: now },
      { from: now + 5, to: now + 5 },
    ];
    const page = { before: null, limit: 100 };
    for (const filter of nothing) {
      assert.deepEqual(await store.listAuditEvents(filter, page), [], JSON.stringify(filter));
    }
  });

  fact('a position of another chain goes on behind it', open, async (store) => {
    await fill(store);
    const all = await allEvents(store);
    for (const chain of ['', 'zzz']) {
      const before = { time: now + 9, chain, n: 5 };
      const expected = all.filter(({ time }) => time < now + 9 || (chain === 'zzz' && time === now + 9));
      assert.deepEqual(await store.listAuditEvents({}, { before, limit: 1000 }), expected);
    }
  });

  fact('a page or batch that is too small or too large is a defect', open, async (store) => {
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      const page = { before: null, after: 0, limit };
      await assert.rejects(store.listAuditEvents({}, page), RangeError);
      await assert.rejects(store.scanAuditChain('main', page), RangeError);
      await assert.rejects(store.auditCheckpoints('main', page), RangeError);
    }
    for (const limit of [0, 10_001])
      await assert.rejects(store.pruneAuditEvents(now, act, limit), RangeError);
  });

  fact('what is personal about a user is erased, and every chain stays whole', open, async (store, room) => {
    await addAdmin(store);
    const [user, other] = [await addUser(store), await addUser(store)];
    const origin = { ip: '203.0.113.9', userAgent: 'secret agent', activity: null, commandLine: null };
    const tokens = [];
    for (const [by, about] of [
      [user, user],
      [user, other],
      [other, user],
      [other, other],
    ] as const) {
      const token = sampleToken(about, { name: 'their phone' });
      tokens.push(token);
      const it = { ...act, actor: by.id, origin };
      await store.issueToken(token, about.passwordHash, it);
      await store.endToken(token.id, 'logout', it);
    }
    await store.recordActivity([], [request('r1', user.id), request('r2', other.id)]);
    await store.deleteUser(user.id, { ...act, actor: other.id, origin });
    const before = await checkChains(store);
    const concerns = ({ subject, actor }: AuditEvent) => subject === user.id || actor === user.id;
    const touched = before.filter((event) => concerns(event) && event.personal !== null).length;

    const eraser = { ...act, actor: other.id, origin };
    const events = await eventsOf(store, async () => {
      assert.deepEqual(await store.eraseUser(user.id, eraser), { events: touched });
    });
    assert.deepEqual(
      events.map(({ event, subject, details }) => [event, subject, details]),
      [['user.erased', user.id, { events: touched }]],
    );
    const after = await checkChains(await room.openAnother());
    for (const [n, event] of before.entries()) {
      const erased = { ...event, personal: null, salt: null };
      assert.deepEqual(after[n], concerns(event) ? erased : event);
    }
    assert.deepEqual(await store.findRequests('r1', 10), []);
    assert.equal((await store.findRequests('r2', 10)).length, 1);
    const names = await Promise.all(tokens.map(async ({ id }) => (await store.findEndedToken(id))?.name));
    assert.deepEqual(names, [null, 'their phone', null, 'their phone']);
    // Once more there is nothing left but the erasure itself.
    assert.deepEqual(await store.eraseUser(user.id, act), { events: 1 });
    await checkChains(store);
  });

  fact(
    'of a user who is erased no request is left, nor their e-mail in what others said',
    open,
    async (store) => {
      const admin = await addAdmin(store);
      const user = await addUser(store, {
        email: 'ZoË.Victim@example.com',
        canonicalEmail: 'zoë.victim@example.com',
      });
      const other = await addUser(store);
      const by = (requestId: string, actor: string | null) => ({ ...act, actor, requestId });
      await store.issueToken(sampleToken(user), user.passwordHash, by('their login', null));
      await store.modifyUser(user.id, { groups: ['a'] }, by('about them', admin.id));
      await store.modifyUser(
        user.id,
        { email: { email: 'now@example.com', canonicalEmail: 'now@example.com' } },
        by('renamed', null),
      );
      await store.modifyUser(other.id, { groups: ['a'] }, by('of theirs', user.id));
      await store.issueToken(sampleToken(other), other.passwordHash, by('of somebody else', null));
      await store.deleteUser(user.id, by('deleted', admin.id));
      const said = (requestId: string, commandLine: string) => ({
        ...request(requestId, admin.id),
        commandLine,
      });
      const all = { commandLine: 'gsctl info', original: 'GET /orders', userAgent: 'gsctl/1' };
      const latin1 = Buffer.from('ZOë.victim@EXAMPLE.com').toString('latin1');
      const gone = ['their login', 'about them', 'renamed', 'of theirs', 'deleted', 'no event'];
      await store.recordActivity(
        [],
        [
          ...gone.slice(0, 5).map((id) => ({ ...request(id, admin.id), userId: null })),
          request('no event', user.id),
          request('of somebody else', other.id),
          said('by admin 1', 'gsctl tokens --user=zoË.VICTIM@Example.com'),
          said('by admin 2', 'gsctl show NOW@example.com'),
          said('by admin 3', `gsctl show ${latin1}`),
          said('by admin 4', 'gsctl show somebody@example.com'),
          { ...request('by admin 5', admin.id), ...all, original: 'GET /users/now%40example.com/' },
          { ...request('by admin 6', admin.id), ...all, original: 'GET /users/zo%C3%AB.victim@example.com' },
          { ...request('by admin 7', admin.id), ...all, userAgent: 'tool (Now@example.com)' },
        ],
      );
      await store.eraseUser(user.id, by('erased', admin.id));
      for (const id of gone) assert.deepEqual(await store.findRequests(id, 10), [], id);
      const lineOf = async (id: string) =>
        (await store.findRequests(id, 10)).map(({ commandLine }) => commandLine);
      for (const n of [1, 2, 3]) assert.deepEqual(await lineOf(`by admin ${n}`), [null]);
      assert.deepEqual(await lineOf('by admin 4'), ['gsctl show somebody@example.com']);
      const saidIn = async (n: number) => {
        const [{ commandLine, original, userAgent } = request('', '')] = await store.findRequests(
          `by admin ${n}`,
          10,
        );
        return { commandLine, original, userAgent };
      };
      assert.deepEqual(await saidIn(5), { ...all, original: null });
      assert.deepEqual(await saidIn(6), { ...all, original: null });
      assert.deepEqual(await saidIn(7), { ...all, userAgent: null });
      assert.equal((await lineOf('of somebody else')).length, 1);
      await checkChains(store);
    },
  );

  fact('an erasure of thousands of events touches them all', open, async (store) => {
    const user = await addUser(store);
    const it = {
      ...act,
      actor: 'someone',
      origin: { ip: '::1', userAgent: null, activity: null, commandLine: null },
    };
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(
        Array.from({ length: 500 }, () => store.issueToken(sampleToken(user), user.passwordHash, it)),
      );
    }
    assert.deepEqual(await store.eraseUser(user.id, act), { events: 2501 });
    const about = (await checkChains(store)).filter(({ subject }) => subject === user.id);
    assert.ok(about.every(({ personal }) => personal === null));
    const told = about.filter(({ event }) => event === 'user.erased');
    const sum = told.reduce((total, { details }) => total + Number(details.events), 0);
    assert.equal(sum, 2501, 'the events of the erasure say how many');
    assert.deepEqual(await store.eraseUser('nobody', act), { events: 0 });
    assert.equal((await allEvents(store, { event: 'user.erased', subject: 'nobody' })).length, 1);
  });

  fact(
    'old events are pruned from the beginning, and the head says where the chain begins',
    open,
    async (store) => {
      const user = await addUser(store);
      for (let n = 0; n < 9; n += 1) {
        // The sixth is young, so that those behind it stay as well.
        const time = n === 5 ? now + 50 : now + n;
        await store.modifyUser(user.id, { groups: [String(n)] }, { ...act, time });
      }
      const all = await checkChains(store);
      assert.equal(all.length, 10);
      const pruner = { time: now + 1000, actor: null, requestId: null };
      assert.equal(await store.pruneAuditEvents(now, pruner, 100), 0);
      assert.equal(await store.pruneAuditEvents(now + 10, pruner, 4), 4);
      const [event] = await store.listAuditEvents({}, { before: null, limit: 1 });
      assert.deepEqual(event?.details, { events: 4, before: '2025-06-15T15:06:40.010Z' });
      assert.equal(event?.event, 'audit.pruned');
      assert.equal(await store.pruneAuditEvents(now + 10, pruner, 100), 2);
      assert.equal(await store.pruneAuditEvents(now + 10, pruner, 100), 0);
      const left = await checkChains(store);
      assert.equal(left.length, 6);
      assert.deepEqual(left.slice(0, 4), all.slice(6));
      const [head] = await store.auditHeads();
      assert.equal(head?.baseN, 6);
      // Everything may go; what was done last stays to say so.
      assert.equal(await store.pruneAuditEvents(now + 9999, pruner, 10_000), 6);
      assert.deepEqual(
        (await checkChains(store)).map(({ event: name }) => name),
        ['audit.pruned'],
      );
      await addToken(store, user);
      assert.equal((await checkChains(store)).length, 2);
    },
  );
}

function request(requestId: string, userId: string | null) {
  return {
    requestId,
    time: now,
    ms: 1,
    method: 'GET',
    route: '/v4/user/',
    status: 200,
    ip: '::1',
    userId,
    tokenId: null,
    activity: null,
    commandLine: null,
    userAgent: null,
    original: null,
    traceId: null,
  };
}
