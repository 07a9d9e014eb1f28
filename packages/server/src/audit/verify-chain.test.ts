import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { chainHash } from '../storage/audit-entry.ts';
import { type AuditHead, type ChainedAuditEvent, eventText, headText } from '../storage/audit-store.ts';
import { verifyChain } from './verify-chain.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = new Map([['k1', publicKey]]);

function signed(
  events: readonly ChainedAuditEvent[],
  baseN = 0,
  baseHash: Uint8Array = new Uint8Array(32),
): AuditHead {
  const last = events.at(-1);
  const head = {
    chain: 'main',
    n: last?.n ?? baseN,
    hash: last?.hash ?? baseHash,
    time: last?.time ?? 0,
    baseN,
    baseHash,
    keyId: 'k1',
  };
  return { ...head, signature: sign(null, Buffer.from(headText(head)), privateKey) };
}

function chainOf(length: number): ChainedAuditEvent[] {
  const events: ChainedAuditEvent[] = [];
  let previous = new Uint8Array(32) as Uint8Array;
  for (let n = 1; n <= length; n++) {
    const personal = n % 3 === 0 ? null : { ip: `192.0.2.${n % 250}` };
    const salt = personal === null ? null : randomBytes(16);
    const event: ChainedAuditEvent = {
      chain: 'main',
      n,
      time: 1_750_000_000_000 + n,
      event: 'login.succeeded',
      subject: 'someone',
      actor: 'someone',
      requestId: `request-${n}`,
      details: { token_id: `t${n}` },
      personal,
      salt,
      personalDigest:
        salt === null ? null : createHash('sha256').update(salt).update(JSON.stringify(personal)).digest(),
      hash: new Uint8Array(32),
    };
    previous = chainHash(previous, event);
    events.push({ ...event, hash: previous });
  }
  return events;
}

const faultsOf = async (
  events: ChainedAuditEvent[],
  head: AuditHead | undefined,
  checkpoints: AuditHead[] = [],
) =>
  (await verifyChain({ chain: 'main', head, checkpoints, events }, keys)).faults.map(({ n, fault }) => [
    n,
    fault,
  ]);

const LENGTH = 30;
const original = chainOf(LENGTH);
const head = signed(original);
const place = fc.integer({ min: 1, max: LENGTH - 1 });

/** Each hash anew from an event on, as somebody would who can write the database but not sign. */
function rewritten(events: ChainedAuditEvent[], from: number): ChainedAuditEvent[] {
  let previous = events[from - 2]?.hash ?? new Uint8Array(32);
  return events.map((event) => {
    if (event.n < from) return event;
    previous = chainHash(previous, event);
    return { ...event, hash: previous };
  });
}

test('a chain that nobody has touched has no fault, nor has an empty one', async () => {
  assert.deepEqual(await faultsOf(original, head), []);
  assert.deepEqual(await faultsOf([], signed([])), []);
});

test('a flipped bit of any field of any event is found at that event', async () => {
  const changes: readonly ((event: ChainedAuditEvent) => ChainedAuditEvent)[] = [
    (event) => ({ ...event, time: event.time + 1 }),
    (event) => ({ ...event, event: 'login.failed' }),
    (event) => ({ ...event, subject: 'somebody' }),
    (event) => ({ ...event, actor: null }),
    (event) => ({ ...event, requestId: null }),
    (event) => ({ ...event, details: { token_id: 'another' } }),
    (event) => ({ ...event, personal: { ip: '198.51.100.1' } }),
    (event) => ({ ...event, hash: event.hash.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) }),
  ];
  await fc.assert(
    fc.asyncProperty(place, fc.constantFrom(...changes), async (n, change) => {
      const events = original.map((event) => (event.n === n ? change(event) : event));
      assert.equal((await faultsOf(events, head))[0]?.[0], n);
    }),
  );
});

test('a removed event is missed at its place', async () => {
  await fc.assert(
    fc.asyncProperty(place, async (n) => {
      assert.deepEqual(
        (
          await faultsOf(
            original.filter((event) => event.n !== n),
            head,
          )
        )[0],
        [n, 'missing'],
      );
    }),
  );
});

test('two events that changed places are found at the first of them', async () => {
  await fc.assert(
    fc.asyncProperty(place, place, async (a, b) => {
      fc.pre(a !== b);
      const [one, other] = [original[a - 1], original[b - 1]] as [ChainedAuditEvent, ChainedAuditEvent];
      const events = original.map((event) =>
        event.n === a ? { ...other, n: a } : event.n === b ? { ...one, n: b } : event,
      );
      assert.deepEqual((await faultsOf(events, head))[0]?.[0], Math.min(a, b));
    }),
  );
});

test('an event that was put in between is found there', async () => {
  await fc.assert(
    fc.asyncProperty(place, async (n) => {
      const forged = { ...(original[n - 1] as ChainedAuditEvent), subject: 'forged' };
      const events = [
        ...original.slice(0, n - 1),
        forged,
        ...original.slice(n - 1).map((event) => ({ ...event, n: event.n + 1 })),
      ];
      assert.equal((await faultsOf(events, head))[0]?.[0], n);
    }),
  );
});

test('a cut end is named, also when everything was cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: LENGTH - 1 }), async (kept) => {
      assert.deepEqual(await faultsOf(original.slice(0, kept), head), [[kept + 1, 'cut']]);
    }),
  );
});

test('a chain that was rewritten from some event on fails at the next thing that was signed', async () => {
  const checkpoints = [10, 20].map((n) => signed(original.slice(0, n)));
  await fc.assert(
    fc.asyncProperty(place, async (n) => {
      const changed = original.map((event) => (event.n === n ? { ...event, subject: 'somebody' } : event));
      const faults = await faultsOf(rewritten(changed, n), head, checkpoints);
      assert.deepEqual(faults[0], [[10, 20, LENGTH].find((mark) => mark >= n), 'changed']);
    }),
  );
});

test('a head that somebody else signed, or nobody, is no head', async () => {
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const short = original.slice(0, 5);
  const forged = { ...signed(short), signature: sign(null, Buffer.from(headText(signed(short))), stranger) };
  assert.deepEqual(await faultsOf(short, forged), [[5, 'bad_signature']]);
  assert.deepEqual(await faultsOf(short, { ...signed(short), keyId: 'k2' }), [[5, 'unknown_key']]);
  assert.deepEqual((await faultsOf(short, undefined))[0], [0, 'no_head']);
});

test('a database that was set back with its genuine old head is older than the witness', async () => {
  const short = original.slice(0, 5);
  const report = await verifyChain(
    { chain: 'main', head: signed(short), checkpoints: [], events: short },
    keys,
    { witnesses: [head] },
  );
  assert.deepEqual(
    report.faults.map(({ n, fault }) => [n, fault]),
    [[LENGTH, 'rolled_back']],
  );
});

test('a database that was set back and went on another way has not been where the witness was', async () => {
  const { hash, n } = original[9] as ChainedAuditEvent;
  const other = chainOf(LENGTH);
  const kept = other.slice(n);
  const at = { chain: 'main', checkpoints: [] };
  for (const witness of [
    { n, hash },
    { n, hash: hash.subarray(0, 16) },
  ]) {
    const faults = async (read: Parameters<typeof verifyChain>[0]) =>
      (await verifyChain(read, keys, { witnesses: [witness] })).faults.map((one) => [one.n, one.fault]);
    assert.deepEqual(await faults({ ...at, head, events: original }), []);
    assert.deepEqual(
      await faults({ ...at, head: signed(original.slice(0, n)), events: original.slice(0, n) }),
      [],
    );
    assert.deepEqual(await faults({ ...at, head: signed(other), events: other }), [[n, 'rolled_back']]);
    assert.deepEqual(await faults({ ...at, head: signed(other.slice(0, n)), events: other.slice(0, n) }), [
      [n, 'rolled_back'],
    ]);
    // Pruned up to there; and farther, where nobody can tell any more.
    const base = other[n - 1]?.hash;
    assert.deepEqual(await faults({ ...at, head: signed(kept, n, base), events: kept }), [
      [n, 'rolled_back'],
    ]);
    const farther = { head: signed(other.slice(20), 20, other[19]?.hash), events: other.slice(20) };
    assert.deepEqual(await faults({ ...at, ...farther }), []);
  }
});

test('erasing what is personal leaves the chain whole; changing it does not', async () => {
  const erased = original.map((event) => ({ ...event, personal: null, salt: null }));
  assert.deepEqual(await faultsOf(erased, head), []);
  const half = original.map((event) => (event.n === 4 ? { ...event, salt: null } : event));
  assert.deepEqual(await faultsOf(half, head), [[4, 'personal_changed']]);
});

test('a pruned chain begins where its signed head says', async () => {
  const base = original[9] as ChainedAuditEvent;
  const kept = original.slice(10);
  assert.deepEqual(await faultsOf(kept, signed(kept, base.n, Uint8Array.from(base.hash))), []);
  assert.deepEqual((await faultsOf(kept.slice(1), signed(kept, base.n, Uint8Array.from(base.hash))))[0], [
    11,
    'missing',
  ]);
});

test('the hashed text has each value at its own place', () => {
  const event = original[0] as ChainedAuditEvent;
  assert.equal(JSON.parse(eventText(event)).length, 9);
});
