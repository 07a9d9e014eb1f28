import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { Erasures } from '../../audit/erasures.ts';
import {
  type AuditEvent,
  type AuditHead,
  type ChainedAuditEvent,
  eventText,
  headText,
} from '../audit-store.ts';
import type { Store } from '../store.ts';
import { examPublicKey } from './samples.ts';

/** The events that `work` leaves, the latest first. */
export async function eventsOf(store: Store, work: () => Promise<unknown>): Promise<AuditEvent[]> {
  const name = ({ chain, n }: AuditEvent) => `${chain} ${n}`;
  const before = new Set((await allEvents(store)).map(name));
  await work();
  return (await allEvents(store)).filter((event) => !before.has(name(event)));
}

/** Every event there is, the latest first, by pages of `limit`. */
export async function allEvents(
  store: Store,
  filter: Parameters<Store['listAuditEvents']>[0] = {},
  limit = 1000,
): Promise<AuditEvent[]> {
  const all: AuditEvent[] = [];
  for (;;) {
    const page = await store.listAuditEvents(filter, { before: all.at(-1) ?? null, limit });
    assert.ok(page.length <= limit);
    all.push(...page);
    if (page.length < limit) return all;
  }
}

/**
 * Checks every chain from its beginning to its signed head, and that erasures account for what is gone; answers with all
 * events.
 */
export async function checkChains(store: Store): Promise<ChainedAuditEvent[]> {
  const all: ChainedAuditEvent[] = [];
  const erasures = new Erasures();
  for (const head of await store.auditHeads()) {
    const events = await readChain(store, head);
    all.push(...events);
    erasures.begin(head.chain, head);
    for (const event of events) erasures.take(event);
    const hashes = new Map(events.map(({ n, hash }) => [n, hash] as const));
    for (const mark of [head, ...(await store.auditCheckpoints(head.chain, { after: 0, limit: 1000 }))]) {
      assert.ok(verify(null, Buffer.from(headText(mark)), examPublicKey, mark.signature), 'signature');
      assert.equal(mark.keyId, 'exam');
      assert.ok(mark.n > head.baseN || mark === head);
      if (mark.n > head.baseN) assert.deepEqual(mark.hash, hashes.get(mark.n));
    }
  }
  assert.deepEqual(erasures.unaccounted(), []);
  return all;
}

async function readChain(store: Store, head: AuditHead): Promise<ChainedAuditEvent[]> {
  const events: ChainedAuditEvent[] = [];
  let [n, hash] = [head.baseN, head.baseHash];
  for (;;) {
    const page = await store.scanAuditChain(head.chain, { after: n, limit: 700 });
    for (const event of page) {
      assert.equal(event.chain, head.chain);
      assert.equal(event.n, n + 1);
      assert.deepEqual(event.hash, sha256(hash, eventText(event)), `event ${event.n}`);
      checkPersonalPart(event);
      [n, hash] = [event.n, event.hash];
    }
    events.push(...page);
    if (page.length < 700) break;
  }
  assert.deepEqual([n, hash], [head.n, head.hash], 'the head is the last event');
  return events;
}

function checkPersonalPart({ personal, salt, personalDigest, event }: ChainedAuditEvent): void {
  if (personal === null) {
    assert.equal(salt, null, event);
    return;
  }
  assert.equal(salt?.length, 16);
  assert.deepEqual(personalDigest, sha256(salt ?? new Uint8Array(), JSON.stringify(personal)));
}

function sha256(before: Uint8Array, text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(before).update(text).digest());
}
