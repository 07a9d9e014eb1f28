import { createPublicKey, type KeyObject } from 'node:crypto';
import { type AuditHead, type ChainReport, Erasures, verifyChain, type Witness } from '@guardbee/server';
import { type AuditSource, fileChunks, openAuditSource } from '../audit-source.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { type Io, readSecretFile } from '../io.ts';
import { readAuditExport } from '../read-audit-export.ts';
import { table } from '../table.ts';

export interface AuditVerifyOptions extends AuditSource {
  /** PEM files. */
  readonly publicKey?: readonly string[];
  /** An export from before: the chains must have come at least as far. */
  readonly earlier?: string;
  readonly json?: boolean;
}

const KEPT_KEYS =
  'Keys that were taken away since are named with --public-key FILE, together with those in use: what guardbee audit key printed then.';

/** Recomputes the audit trail from its first event to its signed end, and names the event that is at fault. */
export async function verifyAudit(options: AuditVerifyOptions, io: Io): Promise<void> {
  const trusted = options.publicKey?.flatMap(readPublicKeys);
  const earlier = options.earlier === undefined ? new Map<string, Witness>() : await headsIn(options.earlier);
  const source = await openAuditSource(options, { format: 'ndjson', activity: 'audit-verify' }, io);
  let reports: ChainReport[];
  try {
    reports = await verify(source.chunks, trusted, [earlier, source.witnesses], io);
  } finally {
    io.progress(undefined);
    await source.close();
  }
  const isBelieved = trusted === undefined && !source.hasOwnKeys;
  const faults = reports.flatMap((report) => report.faults);
  const isWhole = faults.length === 0 && reports.length > 0;
  if (options.json) io.out(JSON.stringify({ whole: isWhole, key_believed: isBelieved, chains: reports }));
  else show(reports, io);
  if (isBelieved) warnOfBelievedKey(io);
  const [first] = faults;
  if (first !== undefined) {
    const isForWantOfAKey = faults.every(({ fault }) => fault === 'unknown_key');
    throw new CommandError(
      EXIT.failed,
      `The audit trail is not whole. It begins at event ${first.n} of chain ${first.chain}: ${first.message}`,
      isForWantOfAKey ? { hint: KEPT_KEYS } : {},
    );
  }
  if (!isWhole)
    throw new CommandError(EXIT.failed, 'There is not a single event in it: that is no whole audit trail.');
}

async function verify(
  chunks: AsyncIterable<Uint8Array>,
  trusted: readonly KeyObject[] | undefined,
  witnesses: readonly ReadonlyMap<string, Witness>[],
  io: Io,
): Promise<ChainReport[]> {
  const keys = new Map<string, KeyObject>();
  const reports: ChainReport[] = [];
  const erasures = new Erasures();
  for await (const part of readAuditExport(chunks)) {
    if ('key' in part) {
      const { id, publicKey } = part.key;
      if (trusted?.some((key) => key.equals(publicKey)) ?? true) keys.set(id, publicKey);
      continue;
    }
    const { chain } = part;
    const events = counted(chain.events, (n) => io.progress(`${chain.chain}: ${n} events …`));
    const beside = {
      keptKeys: trusted ?? [],
      witnesses: witnesses.flatMap((heads) => heads.get(chain.chain) ?? []),
      erasures,
    };
    reports.push(await verifyChain({ ...chain, events }, keys, beside));
  }
  for (const [chain, { n }] of witnesses.flatMap((heads) => [...heads])) {
    if (reports.some((report) => report.chain === chain)) continue;
    const message = `The chain had come to event ${n} already, and is gone altogether.`;
    reports.push({ chain, events: 0, lastN: 0, faults: [{ chain, n, fault: 'rolled_back', message }] });
  }
  const unaccounted = erasures.unaccounted();
  return reports.map((report) => ({
    ...report,
    faults: [...report.faults, ...unaccounted.filter(({ chain }) => chain === report.chain)],
  }));
}

async function* counted<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  say: (count: number) => void,
): AsyncGenerator<Item> {
  let count = 0;
  for await (const item of items) {
    count += 1;
    if (count % 1_000 === 0) say(count);
    yield item;
  }
}

async function headsIn(file: string): Promise<Map<string, AuditHead>> {
  const heads = new Map<string, AuditHead>();
  for await (const part of readAuditExport(fileChunks(file))) {
    if ('key' in part) continue;
    for await (const _event of part.chain.events);
    if (part.chain.head !== undefined) heads.set(part.chain.chain, part.chain.head);
  }
  return heads;
}

/** All keys of a PEM file. */
function readPublicKeys(file: string): KeyObject[] {
  try {
    return readSecretFile(file)
      .split(/(?=-----BEGIN)/)
      .map((pem) => createPublicKey(pem));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(EXIT.usage, `${file} is not a public key in PEM.`);
  }
}

function show(reports: readonly ChainReport[], io: Io): void {
  const rows = reports.map(({ chain, events, lastN, faults }) => [
    chain,
    String(events),
    String(lastN),
    faults.length === 0 ? 'whole, and signed to its end' : `${faults.length} faults`,
  ]);
  const paint = (cell: string, column: number) =>
    column === 3 ? io.paint(cell.startsWith('whole') ? 'green' : 'red', cell) : cell;
  io.out(table(['CHAIN', 'EVENTS', 'LAST', 'STATE'], rows, paint));
  const faults = reports.flatMap((report) => report.faults);
  if (faults.length === 0) return;
  const faulty = faults.map(({ chain, n, fault, message }) => [chain, String(n), fault, message]);
  io.out(`\n${table(['CHAIN', 'EVENT', 'FAULT', 'WHAT IS WRONG'], faulty)}`);
}

function warnOfBelievedKey(io: Io): void {
  io.err(
    [
      'NOTE: the signatures were held against the key that came with the trail itself. Whoever could rewrite the trail',
      'could have put another key there. Keep the key of the installation apart (guardbee audit key --offline, on its',
      'machine), and verify with --public-key FILE.',
    ].join('\n'),
  );
}
