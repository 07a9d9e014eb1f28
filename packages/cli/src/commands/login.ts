import { AuthTokensApi, InfoApi, UsersApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, clientFor, connect, explain } from '../connection.ts';
import { configDirectory, readCredentials, updateCredentials } from '../credentials.ts';
import { endToken } from '../end-token.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { isLoopback } from '../is-loopback.ts';
import { forgetToken, keepToken, readToken } from '../kept-token.ts';
import { accountOf, withAccount } from '../known-endpoints.ts';
import { type PasswordOptions, readPassword, toBase64 } from '../password-input.ts';
import { visible } from '../visible.ts';

export interface LoginOptions extends ConnectionOptions, PasswordOptions {
  readonly email?: string | undefined;
  readonly json?: boolean;
}

/**
 * Logs in and keeps the token, beside those of other accounts and in place of an earlier one of the same, which is ended. A login
 * that fails leaves what was there alone.
 */
export async function login(options: LoginOptions, io: Io): Promise<void> {
  const { endpoint, client, call } = await connect(options, io);
  if (!endpoint.startsWith('https:') && !isLoopback(endpoint)) {
    io.err(`Careful: ${endpoint} is not encrypted. Whoever is on the way can read the password.`);
  }
  const email = options.email ?? (await io.ask('E-mail', { what: 'e-mail', hint: 'guardbee login EMAIL' }));
  if (email === '') throw new CommandError(EXIT.usage, 'The e-mail is empty.');
  const password = await readPassword(options, io, `Password of ${visible(email)} at ${endpoint}`);
  const directory = configDirectory(io.env);
  // Before there is a token that can't be kept: nobody would know of it.
  updateCredentials(directory, (now) => now);
  const body = { email, password_base64: toBase64(password) };
  const answer = await call(new AuthTokensApi(client).createAuthToken(body, callOptions('login')));
  const { auth_token: token } = answer;
  if (typeof token !== 'string')
    throw new CommandError(
      EXIT.unreachable,
      `${endpoint} answers, but not as Guardbee does: without a token`,
    );
  const { alias, admin } = await introduce(endpoint, token, io);
  const endEarlier = await earlierSession(endpoint, email, io);
  const account = { ...(await keepToken(endpoint, email, token, io)), ...(admin ? { admin } : {}) };
  updateCredentials(directory, (now) => ({
    ...withAccount(now, endpoint, { email, account, alias }),
    selected: endpoint,
  }));
  await endEarlier();
  if (options.json) io.out(JSON.stringify({ endpoint, email }));
  else io.out(`Logged in as ${visible(email)} at ${endpoint}.`);
}

/**
 * How the token that this account has had here so far is ended, once another is kept: nobody would know of it any more. gsctl's own
 * is left to gsctl. That it can't be ended is no reason to fail.
 */
async function earlierSession(endpoint: string, email: string, io: Io): Promise<() => Promise<void>> {
  const known = accountOf(readCredentials(configDirectory(io.env)).endpoints[endpoint], email);
  if (known === undefined) return async () => {};
  const token = readToken(endpoint, known.email, known.account, io);
  // A keyring has one place for both.
  await Promise.allSettled([token]);
  return async () => {
    if (known.email !== email) await forgetToken(endpoint, known.email, known.account, io);
    const failure = known.account.imported ? undefined : await endToken(endpoint, token, 'login', io);
    if (failure === undefined) return;
    const { message } = explain(failure, endpoint) as Error;
    io.err(`The token that was kept here before could not be ended, and may still be accepted: ${message}`);
    io.err('Try: guardbee tokens list, and guardbee tokens revoke ID');
  };
}

/** What the service calls itself, and who one is there: good to know later, and no reason to fail now. */
async function introduce(endpoint: string, token: string, io: Io) {
  const client = clientFor(endpoint, token, io);
  client.timeout = 5_000;
  const [info, user] = await Promise.allSettled([
    new InfoApi(client).getInfo(callOptions('login')),
    new UsersApi(client).getCurrentUser(callOptions('login')),
  ]);
  return {
    alias: info.status === 'fulfilled' ? info.value.general?.installation_name : undefined,
    admin: user.status === 'fulfilled' && user.value.admin === true,
  };
}
