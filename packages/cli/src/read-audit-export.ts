import { createPublicKey, type KeyObject } from 'node:crypto';
import type { AuditHead, ChainedAuditEvent, ReadChain } from '@guardbee/server';
import { CommandError, EXIT } from './exit-codes.ts';

/**
 * An exported audit trail (NDJSON) as chains, read as it comes: keys first, then for each chain its head, its checkpoints
 * and its events. Of a chain without a head only the events are there. Throws `CommandError` where it is no such text.
 */
export type ExportPart =
  | { readonly key: { readonly id: string; readonly publicKey: KeyObject } }
  | { readonly chain: ReadChain };

type Line =
  | { readonly kind: 'key'; readonly id: string; readonly publicKey: KeyObject }
  | { readonly kind: 'head' | 'checkpoint'; readonly head: AuditHead }
  | { readonly kind: 'event'; readonly event: ChainedAuditEvent };

/** The events of a chain have to be read to their end before the next part is asked for. */
export async function* readAuditExport(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ExportPart> {
  const lines = parseLines(chunks);
  let next = await lines.next();
  const take = async (): Promise<void> => {
    next = await lines.next();
  };
  async function* eventsOf(chain: string): AsyncGenerator<ChainedAuditEvent> {
    while (!next.done && next.value.kind === 'event' && next.value.event.chain === chain) {
      yield next.value.event;
      await take();
    }
  }
  try {
    while (!next.done) {
      const line = next.value;
      if (line.kind === 'key') {
        yield { key: line };
        await take();
        continue;
      }
      const head = line.kind === 'head' ? line.head : undefined;
      const chain = line.kind === 'event' ? line.event.chain : line.head.chain;
      const checkpoints: AuditHead[] = [];
      if (head !== undefined) await take();
      while (!next.done && next.value.kind === 'checkpoint' && next.value.head.chain === chain) {
        checkpoints.push(next.value.head);
        await take();
      }
      yield { chain: { chain, head, checkpoints, events: eventsOf(chain) } };
    }
  } finally {
    // Lines are taken one by one: nothing else ends them, and the connection they come from, for a reader that has seen enough.
    await lines.return(undefined);
  }
}

async function* parseLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line, undefined> {
  let number = 0;
  for await (const text of linesOf(chunks)) {
    number += 1;
    if (text === '') continue;
    let line: Line;
    try {
      line = parseLine(parseAsWritten(text));
    } catch {
      throw new CommandError(EXIT.failed, `Line ${number} is not a line of an exported audit trail.`, {
        hint: 'It takes what guardbee audit export writes, as NDJSON.',
      });
    }
    yield line;
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  yield rest + decoder.decode();
}

/**
 * JSON that comes out as it went in. A key that stands twice does not, and of two equal keys another reader may take the
 * first: it would see an event that nobody has verified.
 */
function parseAsWritten(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (JSON.stringify(value) !== text) throw new TypeError('not as it was exported');
  return value;
}

const HEAD_KEYS = ['chain', 'n', 'hash', 'time', 'base_n', 'base_hash', 'key_id', 'signature'];
const EVENT_KEYS = [
  'chain',
  'n',
  'time',
  'event',
  'subject',
  'actor',
  'request_id',
  'details',
  'personal',
  'salt',
  'personal_digest',
  'hash',
];

// biome-ignore lint/suspicious/noExplicitAny: a line may hold anything; what doesn't fit throws
function parseLine(line: any): Line {
  if (line.key !== undefined) {
    only(line, ['key']);
    only(line.key, ['key_id', 'public_key']);
    return { kind: 'key', id: text(line.key.key_id), publicKey: createPublicKey(text(line.key.public_key)) };
  }
  for (const kind of ['head', 'checkpoint'] as const) {
    if (line[kind] === undefined) continue;
    only(line, [kind]);
    return { kind, head: parseHead(line[kind]) };
  }
  only(line, EVENT_KEYS);
  const event = {
    chain: text(line.chain),
    n: whole(line.n),
    time: time(line.time),
    event: text(line.event) as ChainedAuditEvent['event'],
    subject: line.subject,
    actor: line.actor,
    requestId: line.request_id,
    details: line.details,
    personal: line.personal,
    salt: line.salt === null ? null : bytes(line.salt),
    personalDigest: line.personal_digest === null ? null : bytes(line.personal_digest),
    hash: bytes(line.hash),
  };
  return { kind: 'event', event };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function parseHead(head: any): AuditHead {
  only(head, HEAD_KEYS);
  return {
    chain: text(head.chain),
    n: whole(head.n),
    hash: bytes(head.hash),
    time: time(head.time),
    baseN: whole(head.base_n),
    baseHash: bytes(head.base_hash),
    keyId: text(head.key_id),
    signature: bytes(head.signature),
  };
}

/** What no hash and no signature covers could say anything. */
function only(value: object, keys: readonly string[]): void {
  if (String(Object.keys(value).sort()) !== String(keys.toSorted())) throw new TypeError('not these keys');
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a text');
  return value;
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('not a whole number');
  return value as number;
}

function bytes(value: unknown): Uint8Array {
  if (!/^(?:[0-9a-f]{2})+$/.test(text(value))) throw new TypeError('not hexadecimal');
  return Buffer.from(value as string, 'hex');
}

/** What was hashed has this form; another spelling of the same instant is a change. */
function time(value: unknown): number {
  const parsed = Date.parse(text(value));
  if (new Date(parsed).toISOString() !== value) throw new TypeError('not a time');
  return parsed;
}
