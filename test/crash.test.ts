import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiClient, AuthTokensApi, UsersApi } from 'giantswarm';
import { ADMIN, base64, type RunningService, serve, temporaryFolder } from './guardbee.ts';

const TRIALS = 100;
const CLIENTS = 8;

interface Ledger {
  /** Tokens whose login was answered, and no logout was sent. */
  readonly living: Set<string>;
  /** Tokens whose logout was answered. */
  readonly dead: Set<string>;
}

function clientOf(service: RunningService, token?: string): ApiClient {
  const client = new ApiClient();
  client.basePath = service.url;
  if (token !== undefined) client.defaultHeaders = { Authorization: `giantswarm ${token}` };
  return client;
}

/** Logs in and, every other time, out again, until the service is gone; writes down only what was answered. */
async function logInAndOut(service: RunningService, ledger: Ledger): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
      const { auth_token: token } = await new AuthTokensApi(clientOf(service)).createAuthToken(body);
      if (typeof token !== 'string') throw new Error('a login without a token');
      if (round % 2 === 0) {
        ledger.living.add(token);
        continue;
      }
      await new AuthTokensApi(clientOf(service, token)).deleteAuthToken();
      ledger.dead.add(token);
    } catch (error) {
      if ((error as { status?: number }).status !== undefined) throw error;
      return;
    }
  }
}

async function isAccepted(service: RunningService, token: string): Promise<boolean> {
  try {
    await new UsersApi(clientOf(service, token)).getCurrentUser();
    return true;
  } catch (error) {
    assert.equal((error as { status?: number }).status, 401);
    return false;
  }
}

test(`kill -9 in a stream of logins and logouts, ${TRIALS} times: nothing acknowledged is lost or undone`, async (t) => {
  using folder = temporaryFolder();
  const total = { living: 0, dead: 0, slowestStart: 0 };
  let service = await serve(folder.path);
  for (let trial = 0; trial < TRIALS; trial++) {
    const ledger: Ledger = { living: new Set(), dead: new Set() };
    const clients = Array.from({ length: CLIENTS }, () => logInAndOut(service, ledger));
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 250));
    assert.equal(await service.stop('SIGKILL'), 'SIGKILL');
    await Promise.all(clients);

    const begin = performance.now();
    service = await serve(folder.path);
    total.slowestStart = Math.max(total.slowestStart, performance.now() - begin);
    for (const token of ledger.living)
      assert.ok(await isAccepted(service, token), 'an acknowledged token is lost');
    for (const token of ledger.dead)
      assert.ok(!(await isAccepted(service, token)), 'an acknowledged logout is undone');
    total.living += ledger.living.size;
    total.dead += ledger.dead.size;
  }
  await service.stop();
  t.diagnostic(
    `${total.living} tokens kept, ${total.dead} logouts kept, slowest restart ${Math.round(total.slowestStart)} ms`,
  );
  assert.ok(total.living > TRIALS && total.dead > TRIALS, 'the stream was no stream');
});
