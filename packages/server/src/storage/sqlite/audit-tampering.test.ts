import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Erasures } from '../../audit/erasures.ts';
import { verifyChain } from '../../audit/verify-chain.ts';
import type { AuditHead } from '../audit-store.ts';
import { allEvents, checkChains } from '../exam/chains.ts';
import { act, addToken, addUser, examPublicKey } from '../exam/samples.ts';
import type { Store } from '../store.ts';
import { openForWriting } from './connection.ts';
import { openSqliteRoom, type SqliteRoom } from './sqlite-room.test-support.ts';

/** A room whose chain has twenty events, each with a personal part. */
async function withChain(check: (room: SqliteRoom) => Promise<void>): Promise<void> {
  const room = await openSqliteRoom();
  try {
    const origin = { ip: '203.0.113.77', userAgent: null, activity: null, commandLine: null };
    const user = await addUser(room.store);
    for (let n = 1; n < 20; n += 1) {
      await room.store.modifyUser(user.id, { groups: [String(n)] }, { ...act, origin });
    }
    assert.equal((await checkChains(room.store)).length, 20);
    await check(room);
  } finally {
    await room.leave();
  }
}

/** As somebody who can write the database, but has no key. */
function tamper(path: string, ...statements: string[]): void {
  const db = openForWriting(path, 1000);
  for (const sql of statements) db.exec(sql);
  db.close();
}

async function faultsOf(store: Store): Promise<string[]> {
  const [head] = await store.auditHeads();
  const events = await store.scanAuditChain('main', { after: 0, limit: 1000 });
  const checkpoints = await store.auditCheckpoints('main', { after: 0, limit: 1000 });
  const keys = new Map([['exam', examPublicKey]]);
  const erasures = new Erasures();
  const { faults } = await verifyChain({ chain: 'main', head, checkpoints, events }, keys, { erasures });
  return [...faults, ...erasures.unaccounted()].map(({ n, fault }) => `${n} ${fault}`);
}

const changes: [sql: string, faults: string[]][] = [
  ['UPDATE audit_events SET time = time + 1 WHERE n = 7', ['7 changed']],
  ['UPDATE audit_events SET subject = NULL WHERE n = 7', ['7 changed']],
  ['UPDATE audit_events SET actor = subject WHERE n = 7', ['7 changed']],
  ["UPDATE audit_events SET request_id = 'x' WHERE n = 7", ['7 changed']],
  ["UPDATE audit_events SET details = '[[],1]' WHERE n = 7", ['7 changed']],
  ["UPDATE audit_events SET details = 'not JSON' WHERE n = 7", ['7 changed']],
  ["UPDATE audit_events SET personal = replace(personal, '77', '78') WHERE n = 7", ['7 changed']],
  ["UPDATE audit_events SET personal = 'not JSON' WHERE n = 7", ['7 changed']],
  ['UPDATE audit_events SET salt = randomblob(16) WHERE n = 7', ['7 changed']],
  ['UPDATE audit_events SET fields = event WHERE n = 7', ['7 changed']],
  ['UPDATE audit_events SET hash = randomblob(32) WHERE n = 7', ['7 changed', '8 changed']],
  ['DELETE FROM audit_events WHERE n = 7', ['7 missing']],
  ['DELETE FROM audit_events WHERE n <= 7', ['1 missing']],
  ['DELETE FROM audit_events WHERE n > 17', ['18 cut']],
  ['DELETE FROM audit_heads', ['0 no_head']],
  ["DELETE FROM audit_words WHERE word LIKE 'user.mod%'", ['2 changed']],
  ["UPDATE audit_words SET word = 'login.failed' WHERE word = 'user.created'", ['1 changed']],
  ['UPDATE audit_heads SET signature = zeroblob(64)', ['20 bad_signature']],
  [
    'UPDATE audit_heads SET n = 19, hash = (SELECT hash FROM audit_events WHERE n = 19)',
    ['19 bad_signature'],
  ],
];

for (const [sql, expected] of changes) {
  test(`found and named: ${sql}`, () =>
    withChain(async ({ store, path }) => {
      assert.deepEqual(await faultsOf(store), []);
      tamper(path, sql);
      const faults = await faultsOf(store);
      assert.deepEqual(faults.slice(0, expected.length), expected);
      // Listing goes on all the same.
      await allEvents(store);
    }));
}

test('a personal part that was taken away without an erasure is found, the digest left in its place', () =>
  withChain(async ({ store, path }) => {
    const events = await store.scanAuditChain('main', { after: 6, limit: 2 });
    for (const { n, personalDigest } of events) {
      const digest = Buffer.from(personalDigest ?? []).toString('hex');
      tamper(
        path,
        `UPDATE audit_events SET personal = NULL, salt = NULL, digest = x'${digest}' WHERE n = ${n}`,
      );
    }
    assert.deepEqual(await faultsOf(store), ['7 personal_gone']);
  }));

test('a copied event is found', () =>
  withChain(async ({ store, path }) => {
    tamper(
      path,
      `INSERT INTO audit_events SELECT 21, time, event, subject, actor, request_id, fields, details, salt, personal,
         digest, hash FROM audit_events WHERE n = 20`,
    );
    assert.ok((await faultsOf(store)).includes('21 out_of_order'));
  }));

const cutAndPutBack = (head: AuditHead | undefined) => [
  'DELETE FROM audit_events WHERE n > 10',
  `UPDATE audit_heads SET n = 10, hash = (SELECT hash FROM audit_events WHERE n = 10),
     signature = x'${Buffer.from(head?.signature ?? '').toString('hex')}'`,
];

test('a running service signs no chain that was cut behind its back', async () => {
  const room = await openSqliteRoom();
  try {
    const { store, path } = room;
    const user = await addUser(store);
    for (let n = 1; n < 10; n += 1) await addToken(store, user);
    const [old] = await store.auditHeads();
    for (let n = 0; n < 10; n += 1) await addToken(store, user);
    // With a head that was genuine once: only who remembers can tell.
    tamper(path, ...cutAndPutBack(old));
    assert.deepEqual(await faultsOf(store), [], 'nothing in the database shows it');
    await addToken(store, user);
    assert.deepEqual((await faultsOf(store)).slice(0, 1), ['11 missing']);
  } finally {
    await room.leave();
  }
});

for (const [name, sql] of [
  ['shorter', cutAndPutBack(undefined)],
  [
    'begins later',
    [
      'DELETE FROM audit_events WHERE n <= 5',
      'UPDATE audit_heads SET base_n = 5, base_hash = (SELECT hash FROM audit_events WHERE n = 5)',
    ],
  ],
] as const) {
  test(`a head made up while no service ran is not covered by the next one: ${name}`, () =>
    withChain(async ({ store, path, openAnother }) => {
      await store.close();
      tamper(path, ...sql.toReversed());
      const next = await openAnother();
      await addUser(next);
      await addUser(next);
      assert.ok((await faultsOf(next)).some((fault) => fault.endsWith('bad_signature')));
    }));
  test(`a head made up behind a running service is not signed: ${name}`, () =>
    withChain(async ({ store, path }) => {
      tamper(path, ...sql.toReversed());
      await addUser(store);
      assert.ok((await faultsOf(store)).some((fault) => fault.endsWith('missing')));
    }));
}
