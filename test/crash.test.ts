import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { ApiClient, AuthTokensApi, UsersApi } from 'giantswarm';
import { ADMIN, base64, type RunningService, run, serve, temporaryFolder } from './guardbee.ts';

/** `CRASH_TRIALS=100` for longer. */
const TRIALS = Number(process.env.CRASH_TRIALS ?? 15);
const CLIENTS = 8;
/** A crash keeps what its address had under way from that address, for a while: so many crashes are not what is meant. */
const ENVIRONMENT = { GUARDBEE_THROTTLE_SOURCE: '1000000' };

interface Ledger {
  /** Tokens whose login was answered, and no logout was sent. */
  readonly living: Set<string>;
  /** Tokens whose logout was answered. */
  readonly dead: Set<string>;
  /** The request ids of the acts: all that were sent, and those that were answered. */
  readonly sent: Set<string>;
  readonly answered: Set<string>;
}

function clientOf(service: RunningService, headers: Record<string, string>): ApiClient {
  const client = new ApiClient();
  client.basePath = service.url;
  client.defaultHeaders = headers;
  return client;
}

const authorization = (token: string) => ({ Authorization: `giantswarm ${token}` });

async function writeDown<T>({ sent, answered }: Ledger, act: (id: object) => Promise<T>): Promise<T> {
  const id = randomUUID();
  sent.add(id);
  const answer = await act({ 'X-Request-ID': id });
  answered.add(id);
  return answer;
}

/** Logs in and, every other time, out again, until the service is gone; writes down only what was answered. */
async function logInAndOut(service: RunningService, ledger: Ledger, first: number): Promise<void> {
  for (let round = first; ; round++) {
    try {
      const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
      const { auth_token: token } = await writeDown(ledger, (id) =>
        new AuthTokensApi(clientOf(service, { ...id })).createAuthToken(body),
      );
      if (typeof token !== 'string') throw new Error('a login without a token');
      if (round % 2 === 0) {
        ledger.living.add(token);
        continue;
      }
      await writeDown(ledger, (id) =>
        new AuthTokensApi(clientOf(service, { ...authorization(token), ...id })).deleteAuthToken(),
      );
      ledger.dead.add(token);
    } catch (error) {
      if ((error as { status?: number }).status !== undefined) throw error;
      return;
    }
  }
}

async function isAccepted(service: RunningService, token: string): Promise<boolean> {
  try {
    await new UsersApi(clientOf(service, authorization(token))).getCurrentUser();
    return true;
  } catch (error) {
    assert.equal((error as { status?: number }).status, 401);
    return false;
  }
}

test(`kill -9 in a stream of logins and logouts, ${TRIALS} times: nothing acknowledged is lost, undone or without its event`, async (t) => {
  using folder = temporaryFolder();
  const total = { living: 0, dead: 0, slowestStart: 0 };
  const [sent, answered] = [new Set<string>(), new Set<string>()];
  let service = await serve(folder.path, ENVIRONMENT);
  for (let trial = 0; trial < TRIALS; trial++) {
    const ledger: Ledger = { living: new Set(), dead: new Set(), sent, answered };
    const enough = answered.size + 1 + Math.floor(Math.random() * 2 * CLIENTS);
    const clients = Array.from({ length: CLIENTS }, (_, n) => logInAndOut(service, ledger, n));
    // In the middle of the stream, however fast this machine is today.
    while (answered.size < enough) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
    assert.equal(await service.stop('SIGKILL'), 'SIGKILL');
    await Promise.all(clients);

    const begin = performance.now();
    service = await serve(folder.path, ENVIRONMENT);
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
  assert.ok(total.living > TRIALS && total.dead > TRIALS / 4, 'the stream was no stream');
  await assertAudited(folder.path, sent, answered);
});

/** The chain is whole; each answered act has its event, once; and there is none that nobody asked for. */
async function assertAudited(
  data: string,
  sent: ReadonlySet<string>,
  answered: ReadonlySet<string>,
): Promise<void> {
  const offline = ['--offline', '--data-dir', data];
  const verified = await run(['audit', 'verify', ...offline]);
  assert.equal(verified.code, 0, verified.stderr + verified.stdout);
  const { stdout } = await run(['audit', 'export', ...offline]);
  const ids = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'login.succeeded' || event === 'token.revoked')
    .map((line) => line.request_id as string);
  assert.equal(new Set(ids).size, ids.length, 'an act has two events');
  assert.deepEqual(
    [...answered].filter((id) => !ids.includes(id)),
    [],
    'an acknowledged act has no event',
  );
  assert.deepEqual(
    ids.filter((id) => !sent.has(id)),
    [],
  );
}
