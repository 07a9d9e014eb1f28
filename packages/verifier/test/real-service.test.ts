import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN, base64, type RunningService, serve, temporaryFolder } from '../../../test/guardbee.ts';
import { createVerifier, type Verifier } from '../src/index.ts';
import { type Guarded, guarded } from './guarded.ts';
import { insist } from './insist.ts';
import { startProxy } from './proxy.ts';
import { until } from './until.ts';

const NAMES = Object.keys(guarded) as (keyof typeof guarded)[];
const MAX_STALE = 1_000;
/** What a busy machine may add between the decision and the moment we look at the clock, in ms. */
const SCHEDULING = 150;

suite('against the real service', () => {
  const folder = temporaryFolder();
  let service: RunningService;
  let introspect: string;
  before(async () => {
    service = await serve(folder.path);
    introspect = await logIn({ name: 'verifier', scopes: ['introspect'] });
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  const logIn = async (more: object = {}): Promise<string> => {
    const reply = await fetch(`${service.url}/v4/auth-tokens/`, {
      method: 'POST',
      body: JSON.stringify({ email: ADMIN.email, password_base64: base64(ADMIN.password), ...more }),
    });
    assert.equal(reply.status, 200);
    return ((await reply.json()) as { auth_token: string }).auth_token;
  };
  const logOut = async (token: string): Promise<void> => {
    const headers = { authorization: `giantswarm ${token}` };
    const { status } = await fetch(`${service.url}/v4/auth-tokens/`, { method: 'DELETE', headers });
    assert.equal(status, 200);
  };
  const get = (server: Guarded, token: string) =>
    fetch(server.url, { headers: { authorization: `Bearer ${token}` } });
  /** Tokens that the service was asked about so far. */
  const asked = async (): Promise<number> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const counts = [...text.matchAll(/^guardbee_verifications_total\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const verifierOf = (url: string, options: object = {}): Verifier =>
    createVerifier({ url, token: introspect, maxStale: MAX_STALE, ...options });

  for (const name of NAMES) {
    test(`${name}: a login passes, a narrow token does not, and a logout counts at once`, async () => {
      await using server = await guarded[name](verifierOf(service.url), { scopes: ['orders:read'] });
      for (let i = 0; i < 5; i += 1) {
        const token = await logIn();
        const reply = await get(server, token);
        assert.equal(reply.status, 200);
        const { email, userId, tokenId, scopes } = (await reply.json()) as Record<string, unknown>;
        assert.equal(email, ADMIN.email);
        assert.ok(typeof userId === 'string' && typeof tokenId === 'string');
        assert.deepEqual(scopes, ['*']);
        await logOut(token);
        assert.equal((await get(server, token)).status, 401);
      }
      assert.equal((await get(server, await logIn({ scopes: ['orders:write'] }))).status, 403);
      assert.equal((await get(server, await logIn({ scopes: ['orders:read'] }))).status, 200);
    });
  }

  test('with a cache, a token costs no question, and its logout is followed', async () => {
    const verifier = verifierOf(service.url, { cache: true });
    try {
      const token = await logIn();
      await sleep(500);
      await verifier.verify(token);
      const before = await asked();
      assert.ok(before > 0, 'asked about by now');
      for (let i = 0; i < 1_000; i += 1) assert.ok(await verifier.verify(token));
      assert.ok((await asked()) - before < 50, 'that was from memory');
      await logOut(token);
      await sleep(100);
      assert.equal(await verifier.verify(token), undefined);
    } finally {
      verifier.close();
    }
  });

  const disturbances = {
    'in order': () => {},
    cut: (proxy) => {
      proxy.weather.refuse = true;
      proxy.cutStreams();
    },
    frozen: (proxy) => {
      proxy.weather.frozen = true;
    },
    delayed: (proxy) => {
      proxy.weather.delay = 3 * MAX_STALE;
    },
    'frozen, service stopped (SIGSTOP)': (proxy) => {
      proxy.weather.frozen = true;
    },
  } satisfies Record<string, (proxy: Awaited<ReturnType<typeof startProxy>>) => void>;

  test(`with a cache, nothing is accepted later than maxStale (${MAX_STALE} ms) after a logout was answered`, async () => {
    const largest: Record<string, number> = {};
    for (const [name, disturb] of Object.entries(disturbances)) {
      // each adapter behind a verifier of its own, all at once
      const proxy = await startProxy(service.url);
      const token = await logIn();
      const servers = await Promise.all(
        NAMES.map((adapter) => guarded[adapter](verifierOf(proxy.url, { cache: true, timeout: 300 }))),
      );
      const insistents = servers.map((server) =>
        insist(async () => {
          const { status } = await get(server, token);
          return status === 200 ? 'accepted' : status === 401 ? 'refused' : 'unavailable';
        }),
      );
      let loggedOut = 0;
      try {
        await sleep(1_000);
        await until('all have accepted it often', () => insistents.every(({ seen }) => seen.accepted > 20));
        disturb(proxy);
        await logOut(token);
        loggedOut = performance.now();
        if (name.includes('SIGSTOP')) service.process.kill('SIGSTOP');
        await sleep(2.5 * MAX_STALE);
      } finally {
        service.process.kill('SIGCONT');
        for (const { stop } of insistents) await stop();
      }
      for (const [i, { seen }] of insistents.entries()) {
        assert.ok(seen.refused + seen.unavailable > 0, `${NAMES[i]}, stream ${name}: refused after`);
        largest[name] = Math.max(largest[name] ?? 0, seen.lastAccept - loggedOut);
      }
      for (const server of servers) await server[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    }
    console.log('largest time from a logout’s answer to the last acceptance by any adapter, in ms:', largest);
    for (const [name, bound] of Object.entries(largest)) {
      assert.ok(bound <= MAX_STALE + SCHEDULING, `stream ${name}: accepted ${bound} ms after the logout`);
    }
  });

  test('when its own token is ended, it can’t tell, and says so', async () => {
    const own = await logIn({ scopes: ['introspect'] });
    const verifier = createVerifier({ url: service.url, token: own, cache: true, maxStale: MAX_STALE });
    try {
      const token = await logIn();
      await sleep(300);
      assert.ok(await verifier.verify(token));
      await logOut(own);
      await sleep(2 * MAX_STALE + 500);
      await assert.rejects(verifier.verify(token), { code: 'VERIFIER_UNAVAILABLE' });
    } finally {
      verifier.close();
    }
  });
});
