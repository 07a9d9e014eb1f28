import { randomBytes, randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { auditSigner } from '../packages/server/src/audit/signing-key.ts';
import { systemClock } from '../packages/server/src/clock.ts';
import { openStore } from '../packages/server/src/storage/open-store.ts';
import { type DigestKey, digestToken, sealToken } from '../packages/server/src/tokens/digest.ts';
import { loadDigestKeys } from '../packages/server/src/tokens/digest-keys.ts';
import { issueToken } from '../packages/server/src/tokens/issue.ts';
import { newTokenString } from '../packages/server/src/tokens/token-string.ts';
import { timed } from './clients.ts';
import { cpuSeconds, type Figure, inTurn, ratio, residentMiB, show, spread } from './measure.ts';
import { ADMIN, SERVER_CORE, startGuardbee, type Target, withFolder } from './processes.ts';

const SMALL = 10_000;
const LARGE = 10_000_000;
/** Tokens that are verified in a round, each for the first time: nothing is remembered yet. */
const PER_ROUND = 2_000;
const ROUNDS = 5;
const REMEMBERED = 100_000;
const MADE = 50_000;

/** Verifications that are not remembered, at 10 million tokens against 10 thousand; memory and disk of tokens. */
export function scale(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const [small, large] = [
      await filled(join(folder, 'small'), SMALL, ROUNDS * PER_ROUND),
      await filled(join(folder, 'large'), LARGE, ROUNDS * PER_ROUND + 2 * REMEMBERED),
    ];
    const cost = async ({ target, tokens }: Filled): Promise<number> => {
      const before = cpuSeconds(target.pid);
      await verifyAll(target, tokens.splice(0, PER_ROUND));
      return ((cpuSeconds(target.pid) - before) / PER_ROUND) * 1e6;
    };
    const remember = async (): Promise<number> => {
      await verifyAll(large.target, large.tokens.splice(0, REMEMBERED));
      return residentMiB(large.target.pid);
    };
    const cpu = await inTurn(ROUNDS, { small: () => cost(small), large: () => cost(large) });
    // The first have in them what the load itself takes, whatever is remembered.
    const [idle, first, second] = [residentMiB(large.target.pid), await remember(), await remember()];
    await small.target.stop();
    await large.target.stop();
    return [
      {
        what: 'verification at 10 million tokens ÷ at 10 thousand, CPU per request, not remembered',
        goal: '≤ 1.5',
        reached: show(ratio(cpu.large, cpu.small)),
        note: `${spread(cpu.large).median.toFixed(0)} µs ÷ ${spread(cpu.small).median.toFixed(0)} µs`,
      },
      {
        what: 'memory per 100,000 living tokens remembered',
        goal: '≤ 30 MiB',
        reached: `${(second - first).toFixed(0)} MiB`,
        note: `resident memory before and after they were verified once, garbage of the requests included; the first 100,000, with what the load itself takes: ${(first - idle).toFixed(0)} MiB`,
      },
      {
        what: 'disk per token with its indexes and audit event',
        goal: '≤ 600 bytes',
        reached: `${(await diskPerToken(join(folder, 'disk'))).toFixed(0)} bytes`,
        note: `${(statSync(join(folder, 'large', 'guardbee.db')).size / LARGE).toFixed(0)} bytes without the event; the event with address, client and activity`,
      },
    ];
  });
}

/** Of tokens that are made the way a login makes them. */
async function diskPerToken(dataDir: string): Promise<number> {
  await (await startGuardbee(undefined, dataDir)).stop();
  const { keys: digestKeys } = loadDigestKeys(join(dataDir, 'keys'));
  const path = join(dataDir, 'guardbee.db');
  const sizes: number[] = [];
  for (const count of [0, MADE]) {
    const store = await openStore(`sqlite:${path}`, { signer: auditSigner(digestKeys) });
    const user = await store.findUserByEmail(ADMIN.email);
    if (user === undefined) throw new Error('the first start made an administrator');
    const policy = { maxAge: null, idleTimeout: null };
    const sweep = async (): Promise<void> => {};
    const parts = { store, digestKeys, clock: systemClock(), policy, tokenLimit: undefined, sweep };
    await timed(count, 64, async () => {
      const origin = { ip: '192.0.2.1', userAgent: 'curl/8.5.0', activity: 'log-in', commandLine: null };
      await issueToken(parts, user, {}, { requestId: randomUUID(), origin });
    });
    // The last to close the database takes its log over into the file.
    await store.close();
    sizes.push(statSync(path).size);
  }
  const [empty = 0, full = 0] = sizes;
  return (full - empty) / MADE;
}

interface Filled {
  readonly target: Target;
  /** Token strings of tokens in it. */
  readonly tokens: string[];
}

/** A service over a database of `count` tokens, of which it knows `known` by their strings. */
async function filled(dataDir: string, count: number, known: number): Promise<Filled> {
  await (await startGuardbee(undefined, dataDir)).stop();
  const [key] = loadDigestKeys(join(dataDir, 'keys')).keys;
  const tokens = Array.from({ length: known }, newTokenString);
  fill(join(dataDir, 'guardbee.db'), count, tokens, key);
  return { target: await startGuardbee(SERVER_CORE, dataDir), tokens };
}

/** Straight into the tables, in the order of the digests: ten million logins would take a day. */
function fill(path: string, count: number, tokens: readonly string[], key: DigestKey): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; DROP TRIGGER token_added; BEGIN');
  const { id: userId } = db.prepare('SELECT id FROM users').get() as { id: string };
  const insert = db.prepare(
    'INSERT INTO tokens (digest, id, user_id, key_id, seal, created, scopes) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const known = tokens.map((tokenString) => Buffer.from(digestToken(key, tokenString))).sort(Buffer.compare);
  const created = Date.now();
  const filler = randomBytes(32);
  const seal = randomBytes(16);
  let next = 0;
  for (let at = 0; at < count; at++) {
    const id = at.toString(32).padStart(16, '0');
    filler.writeBigUInt64BE((BigInt(at) << 64n) / BigInt(count), 0);
    const due = known[next];
    if (due !== undefined && (Buffer.compare(due, filler) <= 0 || count - at <= known.length - next)) {
      next += 1;
      const unsealed = {
        id,
        userId,
        digest: due,
        keyId: key.id,
        name: null,
        created,
        expiry: null,
        scopes: ['*'],
      };
      insert.run(due, id, userId, key.id, sealToken(key, unsealed), created, '*');
    } else {
      insert.run(filler, id, userId, key.id, seal, created, '*');
    }
  }
  db.exec(`INSERT INTO token_uses (token, time) SELECT n, created FROM tokens;
    INSERT INTO living_tokens_of_key (key_id, living) SELECT key_id, count(*) FROM tokens GROUP BY key_id;
    CREATE TRIGGER token_added AFTER INSERT ON tokens BEGIN
      INSERT INTO living_tokens_of_key (key_id, living) VALUES (NEW.key_id, 1)
        ON CONFLICT (key_id) DO UPDATE SET living = living + 1;
      INSERT INTO token_uses (token, time) VALUES (NEW.n, NEW.created);
    END;
    COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
}

async function verifyAll(target: Target, tokens: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  await timed(tokens.length, 32, (at) => {
    const headers = { authorization: `giantswarm ${tokens[at]}` };
    return new Promise<void>((resolve, reject) => {
      const outgoing = request(`${target.url}/v4/user/`, { agent, headers }, (incoming) => {
        incoming.resume();
        incoming.on('end', () =>
          incoming.statusCode === 200 ? resolve() : reject(new Error(`status ${incoming.statusCode}`)),
        );
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  });
  agent.destroy();
}
