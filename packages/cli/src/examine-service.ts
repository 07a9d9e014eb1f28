import { isApiError, UsersApi, type WithHttpInfo } from 'giantswarm';
import { askRoot } from './ask-root.ts';
import { type Connection, callOptions } from './connection.ts';
import { examineTls } from './examine-tls.ts';
import { CommandError } from './exit-codes.ts';
import { type Finding, fine, warning, wrong } from './finding.ts';
import { getJson } from './get-json.ts';
import { isLoopback } from './is-loopback.ts';
import { whyNoConnection } from './why-no-connection.ts';

/** What can be seen of a service from outside: who runs it may stand behind several proxies. */
export async function examineService(connection: Connection, version: string): Promise<Finding[]> {
  const { endpoint, client } = connection;
  client.timeout = 10_000;
  const ask = (path: string) => getJson(client, path, callOptions('doctor'));
  const findings: Finding[] = [await examineEncryption(endpoint)];
  const options = callOptions('doctor');
  const start = Date.now();
  let root: WithHttpInfo<unknown>;
  try {
    root = await askRoot(client, options);
  } catch (error) {
    const what =
      error instanceof CommandError
        ? error.message
        : isApiError(error)
          ? `${endpoint} answers ${error.status}`
          : `${endpoint} does not answer: ${whyNoConnection(error as Error)}`;
    const fix = 'Is the service running (guardbee serve), and is this its address? A proxy must pass on /.';
    return [...findings, wrong('reachable', what, fix)];
  }
  const took = Date.now() - start;
  findings.push(fine('reachable', `${endpoint} answers, in ${took} ms`));
  findings.push(examineClock(root.response.get('date'), start, took));
  findings.push(examineRequestId(root.response.get('x-request-id'), options.xRequestID));
  const [health, ready, openApi] = await Promise.allSettled([
    ask('/healthz'),
    ask('/readyz'),
    ask('/openapi.json'),
  ]);
  findings.push(
    answered('alive', health, 'A proxy must pass on /healthz; else look at the log of the service.'),
  );
  findings.push(
    answered(
      'ready',
      ready,
      'It starts, stops, or has lost its database: look at its log, and at guardbee doctor --offline.',
    ),
  );
  findings.push(examineVersion(openApi, version));
  findings.push(await examineSession(connection));
  return findings;
}

async function examineEncryption(endpoint: string): Promise<Finding> {
  if (endpoint.startsWith('https:')) return examineTls(endpoint);
  if (isLoopback(endpoint)) return fine('encryption', 'none, and none is needed on one machine');
  const fix =
    'Serve HTTPS: --tls-cert and --tls-key, or a proxy in front; then log in anew and change passwords.';
  return wrong('encryption', 'passwords and tokens can be read on the way', fix);
}

/** `Date` tells whole seconds, and the answer was under way. */
function examineClock(date: string | undefined, start: number, took: number): Finding {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs))
    return warning('clock', 'the answer has no Date header', 'A proxy should not remove it.');
  const distance = Math.round((theirs + 500 - (start + took / 2)) / 1_000);
  const off = Math.abs(distance);
  const what =
    off <= 2 ? 'the same as here' : `${off} s ${distance > 0 ? 'ahead of' : 'behind'} the one here`;
  if (off <= 5 + took / 1_000) return fine('clock', what);
  const fix =
    'Let both machines follow a time server (timedatectl set-ntp true): tokens expire by the clock.';
  return off < 60 ? warning('clock', what, fix) : wrong('clock', what, fix);
}

function examineRequestId(got: string | undefined, sent: string): Finding {
  if (got === sent) return fine('request ids', 'pass through, so that guardbee trace finds them');
  const fix = 'Let the proxy pass on X-Request-ID, in both directions.';
  return warning(
    'request ids',
    `X-Request-ID comes back ${got === undefined ? 'not at all' : 'changed'}`,
    fix,
  );
}

function answered(about: string, result: PromiseSettledResult<unknown>, fix: string): Finding {
  if (result.status === 'fulfilled') return fine(about, 'yes');
  const { reason } = result;
  return wrong(about, isApiError(reason) ? `no, ${reason.status}` : `no: ${reason.message}`, fix);
}

function examineVersion(openApi: PromiseSettledResult<WithHttpInfo<unknown>>, ours: string): Finding {
  const document = openApi.status === 'fulfilled' ? openApi.value.data : undefined;
  const theirs = (document as { info?: { version?: unknown } } | undefined)?.info?.version;
  if (typeof theirs !== 'string') {
    return warning('version', 'the service does not tell it', 'A proxy must pass on /openapi.json.');
  }
  if (theirs === ours) return fine('version', `${theirs}, as this command`);
  return warning('version', `${theirs}; this command is ${ours}`, 'Use the same version on both sides.');
}

async function examineSession({ client, token, withheld }: Connection): Promise<Finding> {
  if (withheld !== undefined)
    return warning('session', (withheld as Error).message, 'Unlock the keyring, or: guardbee login EMAIL');
  if (token === undefined) return fine('session', 'none here');
  try {
    const user = await new UsersApi(client).getCurrentUser(callOptions('doctor'));
    return fine('session', `${user.email}${user.admin ? ', an administrator' : ''}`);
  } catch (error) {
    if (isApiError(error) && error.status === 401) {
      return warning('session', 'the token kept here is not accepted any more', 'guardbee login EMAIL');
    }
    return wrong(
      'session',
      `cannot be checked: ${(error as Error).message}`,
      'Look at the log of the service.',
    );
  }
}
