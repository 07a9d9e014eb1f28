import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type ApiError, AuthTokensApi } from 'giantswarm';
import { auditPublicKey } from '../packages/server/src/audit/signing-key.ts';
import { verifyChain } from '../packages/server/src/audit/verify-chain.ts';
import { systemClock } from '../packages/server/src/clock.ts';
import { readConfig } from '../packages/server/src/config.ts';
import { newCounts } from '../packages/server/src/counts.ts';
import { migrateTo } from '../packages/server/src/moving/migrate.ts';
import {
  type PostgresServer,
  startPostgres,
  whyNoPostgres,
} from '../packages/server/src/storage/postgres/server.test-support.ts';
import type { Store } from '../packages/server/src/storage/store.ts';
import { digestToken } from '../packages/server/src/tokens/digest.ts';
import { loadDigestKeys } from '../packages/server/src/tokens/digest-keys.ts';
import { createTokenFinder } from '../packages/server/src/tokens/find.ts';
import { ADMIN, type RunningService, run, serve, temporaryFolder } from './guardbee.ts';
import { clientOf, logIn, verify } from './support/tokens.ts';
import { addTokens, withStore } from './tokens.ts';

const skip = whyNoPostgres() ?? false;
if (skip) console.error(skip);

/** 100000 in the long run. */
const TOKENS = Number(process.env.GUARDBEE_MOVED_TOKENS ?? 3_000);
/** Every step in the long run. */
const STRIDE = process.env.GUARDBEE_EVERY_STEP === '1' ? 1 : 2;

async function verifyAll(
  service: RunningService,
  tokens: readonly string[],
): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  let at = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let token = tokens[at++]; token !== undefined; token = tokens[at++]) {
        const status = await verify(service, token);
        counts[status] = (counts[status] ?? 0) + 1;
      }
    }),
  );
  return counts;
}

/** Of any number, by the service's own way from a token string to its principal, without HTTP. */
function countAccepted(url: string, keysDir: string, tokens: readonly string[]): Promise<number> {
  const { keys: digestKeys } = loadDigestKeys(keysDir);
  return withStore(url, keysDir, async (store) => {
    const policy = { maxAge: null, idleTimeout: null };
    const lastUses = { note() {}, pending: () => undefined, async flush() {} };
    const { verifications } = newCounts();
    const clock = systemClock();
    const finder = createTokenFinder({
      store,
      digestKeys,
      clock,
      policy,
      lastUses,
      verifications,
      sweep: async () => {},
    });
    const use = { ip: '', activity: null, userAgent: null };
    let accepted = 0;
    for (let at = 0; at < tokens.length; at += 50) {
      const found = await Promise.all(tokens.slice(at, at + 50).map((token) => finder.find(token, use)));
      accepted += found.filter((principal) => principal !== undefined).length;
    }
    return accepted;
  });
}

interface Traffic {
  readonly living: Set<string>;
  readonly dead: Set<string>;
  readonly wrong: string[];
  readonly statuses: Record<string, number>;
  /** When a living token was accepted last, on the clock of `performance.now()`. */
  readonly lastAccepted: () => number;
  end(): Promise<void>;
}

/** Verifies what lives and what has ended, logs in and out; writes down what was acknowledged and what must not be. */
function startTraffic(service: RunningService, tokens: readonly string[], ended: readonly string[]): Traffic {
  const [living, dead, wrong] = [new Set<string>(), new Set<string>(), [] as string[]];
  const statuses: Record<string, number> = {};
  let isOn = true;
  let lastAccepted = 0;
  const note = (what: string, status: number): void => {
    statuses[`${what} ${status}`] = (statuses[`${what} ${status}`] ?? 0) + 1;
  };
  const verifying = async (): Promise<void> => {
    while (isOn) {
      const token = tokens[Math.floor(Math.random() * tokens.length)] ?? '';
      const status = await verify(service, token);
      note('living', status);
      if (status === 200) lastAccepted = performance.now();
      if (![200, 503].includes(status)) wrong.push(`a living token: ${status}`);
      const gone = ended[Math.floor(Math.random() * ended.length)] ?? '';
      const other = await verify(service, gone);
      if (![401, 503].includes(other)) wrong.push(`an ended token: ${other}`);
    }
  };
  const writing = async (): Promise<void> => {
    while (isOn) {
      try {
        const token = await logIn(service);
        note('login', 200);
        if (Math.random() < 0.5) {
          living.add(token);
          continue;
        }
        await new AuthTokensApi(clientOf(service, token)).deleteAuthToken();
        note('logout', 200);
        dead.add(token);
      } catch (error) {
        const { status, response } = error as Partial<ApiError>;
        if (status === undefined) throw error;
        note('write', status);
        if (status !== 503)
          wrong.push(`a write: ${status} ${JSON.stringify([response?.body, response?.headers])}`);
      }
    }
  };
  const all = Promise.all([verifying(), verifying(), writing(), writing()]);
  return {
    living,
    dead,
    wrong,
    statuses,
    lastAccepted: () => lastAccepted,
    async end() {
      isOn = false;
      await all;
    },
  };
}

async function assertChainsWhole(url: string, keysDir: string): Promise<number> {
  const keys = new Map(loadDigestKeys(keysDir).keys.map((key) => [key.id, auditPublicKey(key)]));
  return withStore(url, keysDir, async (store) => {
    let count = 0;
    const heads = await store.auditHeads();
    for (const head of heads) {
      const events = [];
      for (let at = head.baseN; ; ) {
        const page = await store.scanAuditChain(head.chain, { after: at, limit: 1000 });
        events.push(...page);
        at = page.at(-1)?.n ?? at;
        if (page.length < 1000) break;
      }
      const checkpoints = await store.auditCheckpoints(head.chain, { after: 0, limit: 1000 });
      const { faults } = await verifyChain({ chain: head.chain, head, checkpoints, events }, keys);
      assert.deepEqual(faults, []);
      count += events.length;
    }
    const listed = [];
    for (let before = null as Parameters<Store['listAuditEvents']>[1]['before']; ; ) {
      const page = await store.listAuditEvents({}, { before, limit: 1000 });
      listed.push(...page);
      before = page.at(-1) ?? null;
      if (page.length < 1000) break;
    }
    assert.equal(
      new Set(listed.map(({ chain, n }) => `${chain} ${n}`)).size,
      count,
      'lists and chains agree',
    );
    return heads.length;
  });
}

describe('guardbee migrate-to', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres({ fsync: true });
  after(() => server.remove());

  test(`SQLite to PostgreSQL under traffic, and back, with ${TOKENS} tokens: every token verifies, and nothing acknowledged is lost`, async (t) => {
    using folder = temporaryFolder();
    const keysDir = join(folder.path, 'keys');
    const keys = { GUARDBEE_KEYS_DIR: keysDir, GUARDBEE_THROTTLE_SOURCE: '1000000' };
    const data = join(folder.path, 'data');
    const there = join(folder.path, 'back', 'guardbee.db');
    const urls = [
      `sqlite:${join(data, 'guardbee.db')}`,
      await makeDatabase(server, 'there'),
      `sqlite:${there}`,
    ];
    const [first, second, third] = urls as [string, string, string];
    let service = await serve(data, keys);
    t.after(() => service.stop('SIGKILL'));
    const ended = [await logIn(service)];
    await new AuthTokensApi(clientOf(service, ended[0])).deleteAuthToken();
    const tokens = await withStore(first, keysDir, (store) => addTokens(store, keysDir, TOKENS));
    const cursor = await withStore(first, keysDir, (store) => store.latestChange());

    for (const [from, to] of [
      [first, second],
      [second, third],
    ] as const) {
      const traffic = startTraffic(service, tokens.slice(0, 200), ended);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const begin = performance.now();
      const moved = await run(['migrate-to', to, '--data-dir', data, '--database-url', from], { env: keys });
      const took = performance.now() - begin;
      assert.equal(moved.code, 0, moved.stderr);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await traffic.end();
      assert.deepEqual(traffic.wrong.slice(0, 5), [], JSON.stringify(traffic.statuses));
      assert.ok(traffic.lastAccepted() > begin + took / 2, 'verification went on');
      assert.equal(
        await verify(service, tokens[0] ?? ''),
        503,
        'nobody accepts a token at the old place any more',
      );
      assert.equal((await fetch(`${service.url}/readyz`)).status, 503);
      await service.stop('SIGKILL');
      await assert.rejects(
        serve(data, { ...keys, GUARDBEE_DATABASE_URL: from }),
        /has been moved to.*start there/s,
      );

      service = await serve(data, { ...keys, GUARDBEE_DATABASE_URL: to });
      tokens.push(...traffic.living);
      ended.push(...traffic.dead);
      assert.equal(await countAccepted(to, keysDir, tokens), tokens.length);
      const asked = tokens.slice(-1_000);
      assert.deepEqual(await verifyAll(service, asked), { 200: asked.length });
      assert.deepEqual(await verifyAll(service, ended), { 401: ended.length });
      const after = await withStore(to, keysDir, async (store) => {
        // So many that a count from 0 would have passed the old position.
        const admin = await store.findUserByEmail(ADMIN.email);
        for (let n = 0; n < cursor + 5; n += 1) {
          const change = { groups: [`group ${n}`] };
          await store.modifyUser(admin?.id ?? '', change, { time: Date.now(), actor: null, requestId: null });
        }
        return store.changesAfter(cursor, 10);
      });
      assert.deepEqual(
        after.map(({ kind }) => kind),
        ['all'],
        'who followed changes of the old place is told to forget everything',
      );
      const chains = await assertChainsWhole(to, keysDir);
      t.diagnostic(
        `${tokens.length} tokens, ${ended.length} ended, ${chains} chains, the command took ${Math.round(took)} ms; ` +
          JSON.stringify(traffic.statuses),
      );
      const again = await run(['migrate-to', to, '--data-dir', data, '--database-url', from], { env: keys });
      assert.equal(again.code, 1);
      assert.match(again.stderr, /has been moved to .* already/);
    }
    const token = await logIn(service);
    await new AuthTokensApi(clientOf(service, token)).deleteAuthToken();
    assert.equal(await service.stop(), 0);
    await assertChainsWhole(third, keysDir);

    // The chains that came along end with signatures of the key of then, also when that is gone.
    const keyFile = join(keysDir, 'digest-keys');
    const newKey = `k2:${Buffer.alloc(32, 9).toString('base64')}\n`;
    const here = { ...keys, GUARDBEE_DATABASE_URL: third };
    writeFileSync(keyFile, `${newKey}${readFileSync(keyFile, 'utf8')}`);
    const retired = await run(['keys', 'retire', 'k1', '--data-dir', data], { env: here });
    assert.equal(retired.code, 0, retired.stderr);
    writeFileSync(keyFile, newKey);
    const backup = join(folder.path, 'backup.db');
    const saved = await run(['backup', backup, '--data-dir', data], { env: here });
    assert.equal(saved.code, 0, saved.stderr);
    const restored = await run(['restore', backup, '--data-dir', data], { env: here });
    assert.equal(restored.code, 0, restored.stderr);
  });

  test('a database that is not empty is not gone to, and everything stays as it was', async () => {
    using folder = temporaryFolder();
    const keysDir = join(folder.path, 'keys');
    const env = { GUARDBEE_KEYS_DIR: keysDir };
    const [a, b] = [join(folder.path, 'a'), join(folder.path, 'b')];
    const used = await makeDatabase(server, 'used');
    const [one, two] = [await serve(a, env), await serve(b, { ...env, GUARDBEE_DATABASE_URL: used })];
    const [tokenOne, tokenTwo] = [await logIn(one), await logIn(two)];
    const file = `sqlite:${join(folder.path, 'other.db')}`;
    await withStore(file, keysDir, async () => {});
    for (const target of [used, file]) {
      const { code, stderr } = await run(['migrate-to', target, '--data-dir', a], { env });
      assert.equal(code, 1);
      assert.match(stderr, /there already|holds users/);
    }
    assert.equal((await run(['migrate-to', 'mysql://x/y', '--data-dir', a], { env })).code, 1);
    assert.deepEqual([await verify(one, tokenOne), await verify(two, tokenTwo)], [200, 200]);
    await logIn(one);
    await logIn(two);
    assert.deepEqual([await one.stop(), await two.stop()], [0, 0]);
  });

  for (const direction of ['to PostgreSQL', 'to SQLite'] as const) {
    test(`kill -9 in front of each telling step of a move ${direction}: one place to start on, never two, and the same call ends it`, async (t) => {
      using folder = temporaryFolder();
      const keysDir = join(folder.path, 'keys');
      const env = { GUARDBEE_KEYS_DIR: keysDir };
      const seed = join(folder.path, 'seed');
      const service = await serve(seed, env);
      const tokens = [await logIn(service), await logIn(service)];
      assert.equal(await service.stop(), 0);
      const { keys } = loadDigestKeys(keysDir);
      const outcomes: string[] = [];

      async function attempt(step: number): Promise<boolean> {
        const data = join(folder.path, `trial-${step}`);
        mkdirSync(data);
        const file = `sqlite:${join(data, 'guardbee.db')}`;
        const database = await makeDatabase(server, `trial_${direction.slice(3).toLowerCase()}_${step}`);
        cpSync(join(seed, 'guardbee.db'), join(data, 'guardbee.db'));
        const config = (databaseUrl: string) =>
          readConfig({ ...env, GUARDBEE_ANCHOR_FILE: join(data, 'anchor') }, { dataDir: data, databaseUrl });
        let [from, to] = [file, database];
        if (direction === 'to SQLite') {
          await migrateTo(config(file), database, () => {});
          [from, to] = [database, `sqlite:${join(data, 'back.db')}`];
        }
        const { code, stderr } = await run(['migrate-to', to, '--data-dir', data, '--database-url', from], {
          env: {
            ...env,
            NODE_OPTIONS: `--import=${join(import.meta.dirname, 'kill-at.ts')}`,
            KILL_AT: String(step),
          },
        });
        assert.ok(code === 0 || code === null, stderr);

        const holds = async (url: string): Promise<boolean> =>
          withStore(url, keysDir, async (store) =>
            (
              await Promise.all(
                tokens.map((token) => store.findToken(keys.map((key) => digestToken(key, token)))),
              )
            ).every((found) => found !== undefined),
          ).catch((error: Error) => {
            assert.match(error.name, /StoreUn/);
            return false;
          });
        // Opening an SQLite file makes it.
        const isThere = !to.startsWith('sqlite:') || existsSync(to.slice('sqlite:'.length));
        const isAt = { from: await holds(from), to: isThere && (await holds(to)) };
        assert.ok(!(isAt.from && isAt.to), `two places after step ${step}`);
        if (!isAt.to) {
          const moved = await migrateTo(config(from), to, () => {});
          outcomes.push(isAt.from ? 'before' : moved.resumed ? 'between' : 'lost');
        } else {
          outcomes.push(code === 0 ? 'finished' : 'after');
        }
        assert.deepEqual([await holds(from), await holds(to)], [false, true], `after step ${step}`);
        return code === 0;
      }

      for (let step = 0; !(await attempt(step)); step += STRIDE) assert.ok(step < 100);
      assert.ok(!outcomes.includes('lost'), outcomes.join());
      assert.ok(outcomes.includes('before') && outcomes.includes('between'), outcomes.join());
      t.diagnostic(outcomes.join(' '));
    });
  }
});

async function makeDatabase(server: PostgresServer, name: string): Promise<string> {
  await server.sql('postgres', `CREATE DATABASE ${name}`);
  return server.url(name);
}
