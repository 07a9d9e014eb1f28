import type { KeyObject } from 'node:crypto';
import type { AuditHead, AuditStore, ChainedAuditEvent } from '../storage/audit-store.ts';
import { csvLine } from './csv.ts';
import { chainedEventReply, headReply } from './event-reply.ts';

/** The audit trail as text, each chain from its oldest event on; read page by page, so that its length costs no memory. */

const PAGE = 1_000;

/** One chain's events. */
async function* eventsOf(store: AuditStore, chain: string, from = 0): AsyncGenerator<ChainedAuditEvent> {
  for (let after = from; ; ) {
    const page = await store.scanAuditChain(chain, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}

/** One chain's checkpoints. */
async function checkpointsOf(store: AuditStore, chain: string): Promise<AuditHead[]> {
  const all: AuditHead[] = [];
  for (let after = 0; ; ) {
    const page = await store.auditCheckpoints(chain, { after, limit: PAGE });
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined) return all;
    after = last.n;
  }
}

/**
 * NDJSON with everything that a verifier needs: the public keys, then for each chain its signed head, its checkpoints
 * and its events. A head is read before its events: what is appended meanwhile stands behind it.
 */
export async function* exportNdjson(
  store: AuditStore,
  publicKeys: ReadonlyMap<string, KeyObject>,
): AsyncGenerator<string> {
  for (const [keyId, key] of publicKeys) {
    yield line({ key: { key_id: keyId, public_key: key.export({ type: 'spki', format: 'pem' }) } });
  }
  for (const head of await store.auditHeads()) {
    yield line({ head: headReply(head) });
    for (const checkpoint of await checkpointsOf(store, head.chain)) {
      if (checkpoint.n <= head.n) yield line({ checkpoint: headReply(checkpoint) });
    }
    for await (const event of eventsOf(store, head.chain, head.baseN)) {
      if (event.n > head.n) break;
      yield line(chainedEventReply(event));
    }
  }
}

const COLUMNS = [
  'time',
  'event',
  'subject',
  'actor',
  'request_id',
  'details',
  'personal',
  'chain',
  'n',
  'hash',
] as const;

/** CSV for a spreadsheet; without what only a verifier needs. */
export async function* exportCsv(store: AuditStore): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for (const { chain, n: last } of await store.auditHeads()) {
    for await (const event of eventsOf(store, chain)) {
      if (event.n > last) break;
      const reply = chainedEventReply(event);
      yield csvLine(
        COLUMNS.map((column) => {
          const value = reply[column];
          return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
        }),
      );
    }
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
