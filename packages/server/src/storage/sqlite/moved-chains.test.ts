import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { entries, toChained } from '../audit-entry.ts';
import { headText } from '../audit-store.ts';
import { allEvents, checkChains } from '../exam/chains.ts';
import { act, addUser, examSigner, now, sampleUser } from '../exam/samples.ts';
import { MOVED_TABLES, type Row } from '../move/tables.ts';
import { writeRows } from './move-rows.ts';
import { openSqliteRoom } from './sqlite-room.test-support.ts';

const LENGTH = 30;
const before = sampleUser();

/** A chain as a move brings it from PostgreSQL: events about one user, a second apart. */
function chainFrom(chain: string): { events: Row[]; heads: Row[] } {
  let previous: Uint8Array = new Uint8Array(32);
  const events: Row[] = [];
  for (let n = 1; n <= LENGTH; n += 1) {
    const when = { time: now - 100_000 + n * 1000, actor: null, requestId: `r-${n}` };
    const event = toChained(entries.userMade('user.created', before), when, { chain, n, previous });
    previous = event.hash;
    events.push([
      chain,
      n,
      event.time,
      event.event,
      event.subject,
      null,
      event.requestId,
      JSON.stringify(event.details),
      event.salt,
      JSON.stringify(event.personal),
      null,
      event.hash,
    ]);
  }
  const time = now - 100_000 + LENGTH * 1000;
  const head = {
    chain,
    n: LENGTH,
    hash: previous,
    time,
    baseN: 0,
    baseHash: new Uint8Array(32),
    keyId: 'exam',
  };
  const key = createPrivateKey({ key: Buffer.from(examSigner.privateKey), format: 'der', type: 'pkcs8' });
  const signature = sign(null, Buffer.from(headText(head)), key);
  return { events, heads: [[chain, LENGTH, previous, time, 0, head.baseHash, 'exam', signature]] };
}

async function openWithMovedChains() {
  const room = await openSqliteRoom();
  const db = new DatabaseSync(room.path);
  for (const chain of ['0a1b', 'zz']) {
    const { events, heads } = chainFrom(chain);
    for (const [name, rows] of [
      ['audit_heads', heads],
      ['audit_events', events],
    ] as const) {
      const table = MOVED_TABLES.find((one) => one.name === name);
      if (table !== undefined) writeRows(db, table, rows);
    }
  }
  db.close();
  return room;
}

test('chains from elsewhere are read beside the own one, whole, filtered and by pages', async () => {
  const { store, leave } = await openWithMovedChains();
  const user = await addUser(store);
  assert.equal((await checkChains(store)).length, 2 * LENGTH + 1);
  for (const limit of [1, 7, 1000]) {
    const all = await allEvents(store, {}, limit);
    const names = all.map(({ chain, n }) => `${chain} ${n}`);
    assert.equal(new Set(names).size, 2 * LENGTH + 1, `by ${limit}`);
    assert.ok(all.every((event, at) => event.time <= (all[at - 1]?.time ?? event.time)));
  }
  assert.equal((await allEvents(store, { subject: before.id }, 4)).length, 2 * LENGTH);
  assert.equal((await allEvents(store, { subject: user.id })).length, 1);
  assert.deepEqual((await allEvents(store, { requestId: 'r-3' })).map(({ chain, n }) => [chain, n]).sort(), [
    ['0a1b', 3],
    ['zz', 3],
  ]);
  await leave();
});

test('what is personal in chains from elsewhere is erased, and they stay whole', async () => {
  const { store, leave } = await openWithMovedChains();
  assert.deepEqual(await store.eraseUser(before.id, act), { events: 2 * LENGTH });
  const about = await allEvents(store, { subject: before.id, event: 'user.created' });
  assert.ok(about.length === 2 * LENGTH && about.every(({ personal }) => personal === null));
  await checkChains(store);
  await leave();
});

test('old events go from chains from elsewhere too, a few at a time, and each chain says where it begins', async () => {
  const { store, leave } = await openWithMovedChains();
  await addUser(store);
  const boundary = now - 100_000 + 11 * 1000;
  const counts = [];
  for (let count = 7; count === 7; ) {
    count = await store.pruneAuditEvents(boundary, act, 7);
    counts.push(count);
    await checkChains(store);
  }
  assert.deepEqual(counts, [7, 7, 6]);
  const bases = (await store.auditHeads()).map(({ chain, baseN }) => [chain, baseN]);
  assert.deepEqual(bases, [
    ['0a1b', 10],
    ['main', 0],
    ['zz', 10],
  ]);
  // All of them.
  assert.equal(await store.pruneAuditEvents(now - 1, act, 1000), 2 * (LENGTH - 10));
  await checkChains(store);
  await leave();
});
