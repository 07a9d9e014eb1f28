#!/usr/bin/env node
/**
 * Verifies an exported audit trail (guardbee audit export, or GET /v4/audit-events/export/) without Guardbee:
 *
 *   node verify.mjs audit-events.ndjson [public-key.pem …]
 *
 * Without public keys of your own, those in the file are believed: then only damage is found, not forgery by somebody
 * who could replace the keys as well. Exit code 0: whole; 1: not, and where.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, ...keyFiles] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node verify.mjs audit-events.ndjson [public-key.pem …]');
  process.exit(2);
}

const own = keyFiles.map((name) => createPublicKey(readFileSync(name)));
const inFile = new Map();
const chains = new Map();
const faults = [];
const bytes = (hex) => Buffer.from(hex, 'hex');
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const blame = (chain, n, what) => faults.push(`chain ${chain}, event ${n}: ${what}`);

/** The exact texts that are signed and hashed: JSON arrays in this order, as UTF-8. */
const headText = (h) =>
  JSON.stringify(['guardbee-audit-head', h.chain, h.n, h.hash, h.time, h.base_n, h.base_hash, h.key_id]);
const eventText = (e) =>
  JSON.stringify([
    e.chain,
    e.n,
    e.time,
    e.event,
    e.subject,
    e.actor,
    e.request_id,
    e.details,
    e.personal_digest,
  ]);

function checkSignature(head) {
  const keys = own.length > 0 ? own : [inFile.get(head.key_id)].filter(Boolean);
  const genuine = keys.some((key) => verify(null, Buffer.from(headText(head)), key, bytes(head.signature)));
  if (!genuine) blame(head.chain, head.n, 'the signature is not genuine');
}

function takeHead(head) {
  checkSignature(head);
  const chain = { head, next: head.base_n + 1, previous: bytes(head.base_hash), marks: new Map() };
  chain.marks.set(head.n, head.hash);
  chains.set(head.chain, chain);
}

function takeEvent(event) {
  const chain = chains.get(event.chain);
  if (chain === undefined) return blame(event.chain, event.n, 'belongs to no signed chain');
  if (event.n > chain.next) blame(event.chain, chain.next, 'is missing');
  if (event.n < chain.next) blame(event.chain, event.n, 'stands out of order');
  const hash = sha256(chain.previous, Buffer.from(eventText(event)));
  if (event.n === chain.next && hash.toString('hex') !== event.hash)
    blame(event.chain, event.n, 'was changed');
  if (event.personal !== null || event.salt !== null) {
    // Both are gone when what is personal has been erased; the digest stays.
    const digest = sha256(bytes(event.salt ?? ''), Buffer.from(JSON.stringify(event.personal)));
    if (digest.toString('hex') !== event.personal_digest)
      blame(event.chain, event.n, 'its personal part was changed');
  }
  const mark = chain.marks.get(event.n);
  if (mark !== undefined && mark !== event.hash) blame(event.chain, event.n, 'is not what was signed');
  chain.next = event.n + 1;
  chain.previous = bytes(event.hash);
}

let events = 0;
for await (const line of createInterface({ input: createReadStream(file) })) {
  const entry = JSON.parse(line);
  if (entry.key !== undefined) inFile.set(entry.key.key_id, createPublicKey(entry.key.public_key));
  else if (entry.head !== undefined) takeHead(entry.head);
  else if (entry.checkpoint !== undefined) {
    checkSignature(entry.checkpoint);
    chains.get(entry.checkpoint.chain)?.marks.set(entry.checkpoint.n, entry.checkpoint.hash);
  } else {
    takeEvent(entry);
    events += 1;
  }
}
for (const [name, { head, next }] of chains) {
  if (next <= head.n) blame(name, next, `is missing, and all up to ${head.n}: the end was cut off`);
}
if (chains.size === 0) faults.push('there is no signed chain in this file');

for (const fault of faults) console.error(fault);
if (own.length === 0)
  console.error('note: believed the public keys in the file; name your own to find forgeries');
console.log(
  faults.length === 0 ? `whole: ${events} events in ${chains.size} chains` : `${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);
