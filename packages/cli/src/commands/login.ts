import { AuthTokensApi, InfoApi, UsersApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, clientFor, connect } from '../connection.ts';
import { configDirectory, updateCredentials } from '../credentials.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { isLoopback } from '../is-loopback.ts';
import { keepToken } from '../kept-token.ts';
import { withAccount } from '../known-endpoints.ts';
import { type PasswordOptions, readPassword, toBase64 } from '../password-input.ts';
import { visible } from '../visible.ts';

export interface LoginOptions extends ConnectionOptions, PasswordOptions {
  readonly email?: string | undefined;
  readonly json?: boolean;
}

/** Logs in and keeps the token, beside those of other accounts. A login that fails leaves what was there alone. */
export async function login(options: LoginOptions, io: Io): Promise<void> {
  const { endpoint, client, call } = await connect(options, io);
  if (!endpoint.startsWith('https:') && !isLoopback(endpoint)) {
    io.err(`Careful: ${endpoint} is not encrypted. Whoever is on the way can read the password.`);
  }
  const email = options.email ?? (await io.ask('E-mail', { what: 'e-mail', hint: 'guardbee login EMAIL' }));
  if (email === '') throw new CommandError(EXIT.usage, 'The e-mail is empty.');
  const password = await readPassword(options, io, `Password of ${visible(email)} at ${endpoint}`);
  const body = { email, password_base64: toBase64(password) };
  const answer = await call(new AuthTokensApi(client).createAuthToken(body, callOptions('login')));
  const { auth_token: token } = answer;
  if (typeof token !== 'string')
    throw new CommandError(
      EXIT.unreachable,
      `${endpoint} answers, but not as Guardbee does: without a token`,
    );
  const { alias, admin } = await introduce(endpoint, token, io);
  const account = { ...(await keepToken(endpoint, email, token, io)), ...(admin ? { admin } : {}) };
  updateCredentials(configDirectory(io.env), (now) => ({
    ...withAccount(now, endpoint, { email, account, alias }),
    selected: endpoint,
  }));
  if (options.json) io.out(JSON.stringify({ endpoint, email }));
  else io.out(`Logged in as ${visible(email)} at ${endpoint}.`);
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
