#!/usr/bin/env node
/**
 * Verifies an exported audit trail (guardbee audit export, or GET /v4/audit-events/export/) without Guardbee:
 *
 *   node verify.mjs audit-events.ndjson [public-key.pem …]      (no file: standard input)
 *
 * Without public keys of your own, those in the file are believed: then only damage is found, not forgery by somebody
 * who could replace the keys as well. Exit code 0: whole; 1: not, and where.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, ...keyFiles] = process.argv.slice(2);
const own = keyFiles.map((name) => createPublicKey(readFileSync(name)));
const [inFile, chains, faults] = [new Map(), new Map(), []];
let [lines, events] = [0, 0];
const blame = ({ chain, n }, what) => faults.push(`chain ${chain}, event ${n}: ${what}`);
const sha256 = (hex, text) => createHash('sha256').update(hex, 'hex').update(text).digest('hex');

/** What is signed of a head and hashed of an event: these values as a JSON array, in this order, as UTF-8. */
const HEAD = ['chain', 'n', 'hash', 'time', 'base_n', 'base_hash', 'key_id'];
const EVENT = 'chain n time event subject actor request_id details personal_digest'.split(' ');
const textOf = (names, entry, ...first) => JSON.stringify([...first, ...names.map((name) => entry[name])]);
const SIGNED = [...HEAD, 'signature'];
const LINES = { key: ['key_id', 'public_key'], head: SIGNED, checkpoint: SIGNED };

/** Each key once and none that isn't covered: no other reader of the line may see another event in it. */
function parse(line) {
  const entry = JSON.parse(line);
  const has = (value, names) => String(Object.keys(value).sort()) === String(names.toSorted());
  const [kind] = Object.keys(entry);
  const isWhole = Object.hasOwn(LINES, kind)
    ? has(entry, [kind]) && has(entry[kind], LINES[kind])
    : has(entry, [...EVENT, 'personal', 'salt', 'hash']) && Number.isSafeInteger(entry.n);
  if (!isWhole || JSON.stringify(entry) !== line) throw new Error('not as it was exported');
  return entry;
}

function takeSigned(head, isEnd) {
  const keys = own.length > 0 ? own : [inFile.get(head.key_id)].filter(Boolean);
  const signed = Buffer.from(textOf(HEAD, head, 'guardbee-audit-head'));
  const isGenuine = keys.some((key) => verify(null, signed, key, Buffer.from(head.signature, 'hex')));
  if (!isGenuine) blame(head, 'the signature is not genuine');
  if (isEnd && chains.has(head.chain)) blame(head, 'is the end of a chain that has one already');
  const start = { next: head.base_n + 1, previous: head.base_hash, begin: head.time };
  if (isEnd) chains.set(head.chain, { ...start, head, marks: new Map(), bare: [], erased: new Map() });
  chains.get(head.chain)?.marks.set(head.n, head.hash);
}

function takeEvent(event) {
  const chain = chains.get(event.chain);
  if (chain === undefined) return blame(event, 'belongs to no signed chain');
  if (event.n > chain.head.n) return blame(event, 'stands behind the signed end');
  if (event.n > chain.next) blame({ ...event, n: chain.next }, 'is missing');
  if (event.n < chain.next) blame(event, 'stands out of order');
  const isChanged = sha256(chain.previous, textOf(EVENT, event)) !== event.hash;
  if (event.n === chain.next && isChanged) blame(event, 'was changed');
  // Both are gone when what is personal has been erased; the digest stays.
  const isBare = event.personal === null && event.salt === null;
  const digest = isBare ? event.personal_digest : sha256(event.salt ?? '', JSON.stringify(event.personal));
  if (digest !== event.personal_digest) blame(event, 'its personal part was changed');
  if (isBare && digest !== null) chain.bare.push(event);
  if (event.event === 'user.erased') chain.erased.set(event.subject, event.n);
  if ((chain.marks.get(event.n) ?? event.hash) !== event.hash) blame(event, 'is not what was signed');
  if (event.n === chain.head.base_n + 1) chain.begin = event.time;
  Object.assign(chain, { next: event.n + 1, previous: event.hash });
  events += 1;
}

/** An erasure stands behind what it erased; its place in another chain tells nothing, and there it may have been pruned. */
function isErased({ chain, n, time, subject, actor }) {
  return [...chains].some(([name, { head, begin, erased }]) => {
    const last = Math.max(erased.get(subject) ?? 0, erased.get(actor) ?? 0);
    if (name === chain) return last > n;
    return last > 0 || (head.base_n > 0 && Date.parse(time) - Date.parse(begin) < 86_400_000);
  });
}

for await (const line of createInterface({ input: file ? createReadStream(file) : process.stdin })) {
  lines += 1;
  try {
    const { key, head, checkpoint, ...event } = parse(line);
    if (key) inFile.set(key.key_id, createPublicKey(key.public_key));
    else if (head ?? checkpoint) takeSigned(head ?? checkpoint, head !== undefined);
    else takeEvent(event);
  } catch {
    faults.push(`line ${lines} is not one of an exported audit trail`);
  }
}
for (const [chain, { head, next, bare }] of chains) {
  if (next <= head.n) blame({ chain, n: next }, `is missing, and all up to ${head.n}: the end was cut off`);
  for (const event of bare) if (!isErased(event)) blame(event, 'its personal part is gone, not erased');
}
if (chains.size === 0) faults.push('there is no signed chain in this file');
for (const fault of faults) console.error(fault);
if (own.length === 0) console.error('note: believed the keys in the file; name your own to find forgeries');
const isWhole = faults.length === 0;
console.log(isWhole ? `whole: ${events} events in ${chains.size} chains` : `${faults.length} faults`);
process.exit(isWhole ? 0 : 1);
