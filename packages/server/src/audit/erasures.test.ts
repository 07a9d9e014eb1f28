import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AuditEventName } from '../audit-events.ts';
import { chainHash, digestPersonal } from '../storage/audit-entry.ts';
import { type AuditHead, type AuditStore, type ChainedAuditEvent, headText } from '../storage/audit-store.ts';
import { Erasures } from './erasures.ts';
import { exportNdjson } from './export.ts';
import { verifyChain } from './verify-chain.ts';

const example = join(import.meta.dirname, '../../../../examples/audit-verifier/verify.mjs');
const folder = mkdtempSync(join(tmpdir(), 'guardbee-erasures-'));
after(() => rmSync(folder, { recursive: true }));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = new Map([['k1', publicKey]]);
const start = 1_750_000_000_000;
const [MINUTE, DAY] = [60_000, 86_400_000];

interface Told {
  readonly event?: AuditEventName;
  readonly subject?: string | null;
  readonly actor?: string | null;
  /** Milliseconds after the start; default: a minute for each event. */
  readonly at?: number;
  readonly isBare?: boolean;
}

type Chain = { readonly head: AuditHead; readonly events: readonly ChainedAuditEvent[] };

/** A chain as a database has it after retention took the first `pruned` events. */
function chainOf(chain: string, told: readonly Told[], pruned = 0): Chain {
  let previous: Uint8Array = new Uint8Array(32);
  let base = { n: 0, hash: previous };
  const events: ChainedAuditEvent[] = [];
  for (const [
    index,
    { event = 'token.revoked', subject = null, actor = null, at, isBare },
  ] of told.entries()) {
    const n = index + 1;
    const [personal, salt] = [{ ip: `192.0.2.${n}` }, randomBytes(16)];
    const time = start + (at ?? n * MINUTE);
    const personalDigest = digestPersonal(salt, personal);
    const chained = { chain, n, time, event, subject, actor, requestId: null, details: {}, personalDigest };
    previous = chainHash(previous, chained);
    const rest = isBare ? { personal: null, salt: null } : { personal, salt };
    if (n > pruned) events.push({ ...chained, ...rest, hash: previous });
    else base = { n, hash: previous };
  }
  const end = { chain, n: told.length, hash: previous, time: start + told.length * MINUTE };
  const head = { ...end, baseN: base.n, baseHash: base.hash, keyId: 'k1' };
  return { head: { ...head, signature: sign(null, Buffer.from(headText(head)), privateKey) }, events };
}

/** What both verifiers say: the names of the events they blame. */
async function blamed(...chains: readonly Chain[]): Promise<string[]> {
  const erasures = new Erasures();
  for (const { head, events } of chains) {
    const { faults } = await verifyChain({ chain: head.chain, head, checkpoints: [], events }, keys, {
      erasures,
    });
    assert.deepEqual(faults, []);
  }
  const own = erasures.unaccounted().map(({ chain, n, fault }) => {
    assert.equal(fault, 'personal_gone');
    return `${chain} ${n}`;
  });
  const first = (await told(chains)).map(([, chain, n]) => `${chain} ${n}`);
  assert.deepEqual(first, own, 'the example says the same');
  return own;
}

async function told(chains: readonly Chain[]): Promise<RegExpMatchArray[]> {
  const store: Pick<AuditStore, 'auditHeads' | 'auditCheckpoints' | 'scanAuditChain'> = {
    auditHeads: async () => chains.map(({ head }) => head),
    auditCheckpoints: async () => [],
    scanAuditChain: async (chain, page) =>
      chains.flatMap(({ head, events }) =>
        head.chain === chain ? events.filter(({ n }) => n > page.after) : [],
      ),
  };
  let text = '';
  for await (const line of exportNdjson(store as AuditStore, keys)) text += line;
  const file = join(folder, 'audit.ndjson');
  writeFileSync(file, text);
  const { stderr } = await new Promise<{ stderr: string }>((resolve) => {
    execFile(process.execPath, [example, file], (_error, _stdout, said) => resolve({ stderr: said }));
  });
  return [...stderr.matchAll(/^chain (\w+), event (\d+): its personal part is gone, not erased$/gm)];
}

const bare = { isBare: true };
const erased = { event: 'user.erased' } as const;

test('an erasure accounts for what stands before it, by or about its user', async () => {
  const told = [
    { subject: 'u', actor: 'u', ...bare },
    { subject: 'v', actor: 'u', ...bare },
    { subject: 'u', actor: 'admin', ...bare },
    { subject: 'v' },
    { ...erased, subject: 'u', actor: 'admin' },
  ];
  assert.deepEqual(await blamed(chainOf('main', told)), []);
  // The event of an erasure is erased with the administrator who made it.
  const next = [
    ...told.slice(0, 4),
    { ...erased, subject: 'u', actor: 'admin', ...bare },
    { ...erased, subject: 'admin' },
  ];
  assert.deepEqual(await blamed(chainOf('main', next)), []);
});

test('what is gone without an erasure is blamed at its place', async () => {
  assert.deepEqual(await blamed(chainOf('main', [{ subject: 'u' }, { subject: 'u', ...bare }])), ['main 2']);
  assert.deepEqual(await blamed(chainOf('main', [{}, bare])), ['main 2'], 'what is about nobody');
  const another = [
    { subject: 'v', ...bare },
    { ...erased, subject: 'u' },
  ];
  assert.deepEqual(await blamed(chainOf('main', another)), ['main 1']);
  const behind = [{ subject: 'u' }, { ...erased, subject: 'u' }, { subject: 'u', ...bare }];
  assert.deepEqual(await blamed(chainOf('main', behind)), ['main 3']);
  assert.deepEqual(await blamed(chainOf('main', [{ ...erased, subject: 'u', ...bare }])), ['main 1']);
});

test('in another chain an erasure may stand anywhere', async () => {
  const events = chainOf('a', [{ subject: 'u', at: 5 * DAY, ...bare }]);
  const erasure = chainOf('b', [{ ...erased, subject: 'u' }]);
  assert.deepEqual(await blamed(events, erasure), []);
  assert.deepEqual(await blamed(erasure, events), []);
  assert.deepEqual(await blamed(events, chainOf('b', [{ ...erased, subject: 'v' }])), ['a 1']);
});

test('what an erasure that was pruned may account for is not blamed; in its own chain none can be', async () => {
  const young = { at: 10 * DAY };
  const pruned = chainOf('b', [{ ...erased, subject: 'u', at: 9 * DAY }, young], 1);
  assert.deepEqual(await blamed(chainOf('a', [{ subject: 'u', at: 8 * DAY, ...bare }]), pruned), []);
  assert.deepEqual(await blamed(chainOf('a', [{ subject: 'u', at: 12 * DAY, ...bare }]), pruned), ['a 1']);
  const whole = chainOf('b', [{ subject: 'v' }, young]);
  assert.deepEqual(await blamed(chainOf('a', [{ subject: 'u', at: 8 * DAY, ...bare }]), whole), ['a 1']);
  const own = chainOf('a', [{ ...erased, subject: 'u' }, { subject: 'u', ...bare }, {}], 1);
  assert.deepEqual(await blamed(own), ['a 2']);
});

test('an erasure that somebody appended behind the signed end accounts for nothing', async () => {
  const { head, events } = chainOf('main', [{ subject: 'u', ...bare }]);
  const last = chainOf('main', [
    { subject: 'u', ...bare },
    { ...erased, subject: 'u' },
  ]).events.at(-1);
  const erasures = new Erasures();
  const read = {
    chain: 'main',
    head,
    checkpoints: [],
    events: last === undefined ? events : [...events, last],
  };
  await verifyChain(read, keys, { erasures });
  assert.equal(erasures.unaccounted()[0]?.n, 1);
});
