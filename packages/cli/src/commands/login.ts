import { AuthTokensApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, connect, explain } from '../connection.ts';
import { configDirectory, readCredentials, writeCredentials } from '../credentials.ts';
import type { Io } from '../io.ts';
import { type PasswordOptions, readPassword, toBase64 } from '../password-input.ts';

export interface LoginOptions extends ConnectionOptions, PasswordOptions {
  readonly email: string;
  readonly json?: boolean;
}

/** Logs in and keeps the token. A login that fails leaves the session that was there alone. */
export async function login(options: LoginOptions, io: Io): Promise<void> {
  const { endpoint, client } = connect(options, io);
  const password = await readPassword(options, io, `Password of ${options.email} at ${endpoint}`);
  const body = { email: options.email, password_base64: toBase64(password) };
  const answer = await new AuthTokensApi(client)
    .createAuthToken(body, callOptions('login'))
    .catch((error: unknown) => {
      throw explain(error, endpoint);
    });
  const directory = configDirectory(io.env);
  const { endpoints } = readCredentials(directory);
  const entry = { email: options.email, token: String(answer.auth_token) };
  writeCredentials(directory, { selected: endpoint, endpoints: { ...endpoints, [endpoint]: entry } });
  if (options.json) io.out(JSON.stringify({ endpoint, email: options.email }));
  else io.out(`Logged in as ${options.email} at ${endpoint}.`);
}
