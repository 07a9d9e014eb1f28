import { AuthTokensApi, UsersApi, type V4AuthToken } from 'giantswarm';
import { allPages } from '../all-pages.ts';
import { type ConnectionOptions, callOptions, connect, connectAsUser } from '../connection.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { type PasswordOptions, readPassword, toBase64 } from '../password-input.ts';
import { lines, table } from '../table.ts';
import { showTime, type TimeOptions } from '../times.ts';

export interface TokensOptions extends ConnectionOptions, TimeOptions {
  readonly json?: boolean;
}

async function session(options: TokensOptions, io: Io) {
  const { client, call } = await connectAsUser(options, io);
  return { api: new AuthTokensApi(client), call };
}

/** One's own tokens, or with `user` somebody else's. */
export async function listTokens(options: TokensOptions & { user?: string }, io: Io): Promise<void> {
  const { api, call } = await session(options, io);
  const { user } = options;
  const getPage = (page: { limit: number; cursor?: string }) => {
    const opts = { ...callOptions('tokens-list'), ...page };
    return user === undefined
      ? api.getAuthTokensWithHttpInfo(opts)
      : api.getUserAuthTokensWithHttpInfo(user, opts);
  };
  const tokens = await call(allPages(getPage));
  io.out(options.json ? JSON.stringify(tokens) : showTokens(tokens, options));
}

/** Makes a token beside the one of the session: for a script or a service. It is shown once. */
export async function createToken(
  options: TokensOptions &
    PasswordOptions & { email: string; name?: string; expiry?: string; scope?: string[] },
  io: Io,
): Promise<void> {
  // Not while it is read: what is checked there counts as harmless, and the service would be told it.
  if (options.name !== undefined && !/^[^\p{C}]{1,100}$/u.test(options.name))
    throw new CommandError(EXIT.usage, 'A name has 1 to 100 characters, and no control characters.');
  const { endpoint, client, call } = await connect(options, io);
  const password = await readPassword(options, io, `Password of ${options.email} at ${endpoint}`);
  const { email, name, expiry, scope } = options;
  const body = {
    email,
    password_base64: toBase64(password),
    ...(name === undefined ? {} : { name }),
    ...(expiry === undefined ? {} : { expiry }),
    ...(scope === undefined ? {} : { scopes: scope }),
  };
  const created = await call(new AuthTokensApi(client).createAuthToken(body, callOptions('tokens-create')));
  if (options.json) return io.out(JSON.stringify(created));
  io.err(`Token ${created.id}, expires ${showTime(created.expiry, options)}. It is shown only now:`);
  io.out(String(created.auth_token));
}

export async function showToken(options: TokensOptions & { id: string }, io: Io): Promise<void> {
  const { api, call } = await session(options, io);
  const token = await call(api.getAuthToken(options.id, callOptions('tokens-show')));
  io.out(options.json ? JSON.stringify(token) : describe(token, options));
}

/** Why a token is not accepted any more. */
export async function whyToken(options: TokensOptions & { id: string }, io: Io): Promise<void> {
  const { api, call } = await session(options, io);
  const token = await call(api.getAuthToken(options.id, callOptions('tokens-why')));
  if (options.json) return io.out(JSON.stringify(token.ended ?? null));
  if (token.ended === undefined) return io.out(`Token ${token.id} is alive.`);
  const { cause, time, actor, request_id: request } = token.ended;
  const by = actor === null ? 'the service or its operator' : `user ${actor}`;
  io.out(`Token ${token.id} ended ${showTime(time, options)}: ${EXPLAINED[String(cause)] ?? cause}.`);
  io.out(lines({ cause: String(cause), by, request: request ?? 'none' }));
}

export async function revokeTokens(
  options: TokensOptions & { ids: string[]; user?: string; allOthers?: boolean },
  io: Io,
): Promise<void> {
  const { api, call } = await session(options, io);
  const { ids, user, allOthers } = options;
  if (allOthers === true || user !== undefined) {
    if (ids.length > 0) throw new CommandError(EXIT.usage, 'Name ids, or --all-others, or --user, not both.');
    const email =
      user ?? (await call(new UsersApi(api.apiClient).getCurrentUser(callOptions('tokens-revoke')))).email;
    const opts = { ...callOptions('tokens-revoke'), except: 'current' as const };
    const { count } = await call(api.deleteUserAuthTokens(String(email), opts));
    return io.out(
      options.json
        ? JSON.stringify({ count })
        : `Ended ${count} ${count === 1 ? 'token' : 'tokens'} of ${email}.`,
    );
  }
  if (ids.length === 0)
    throw new CommandError(EXIT.usage, 'Which token? Name its id (guardbee tokens list).');
  for (const id of ids) {
    await call(api.deleteAuthTokenById(id, callOptions('tokens-revoke')));
    if (!options.json) io.out(`Ended ${id}.`);
  }
  if (options.json) io.out(JSON.stringify({ count: ids.length }));
}

const EXPLAINED: Readonly<Record<string, string>> = {
  logout: 'its user logged out with it',
  revoked: 'it was revoked',
  expired: 'its own time was over',
  idle: 'it was not used for as long as the operator allows',
  password_changed: "its user's password was changed",
  user_disabled: 'its user was disabled',
  user_expired: "its user's account expired",
  user_deleted: 'its user was deleted',
  limit: 'it made room for a newer one: the operator allows only so many',
  policy: 'it had reached the age the operator allows',
  keys_rotated: 'the key it was made with was taken out of use',
  restored: 'the service was restored from a backup',
};

function describe(token: V4AuthToken, options: TimeOptions): string {
  const { last_used: used, ended } = token;
  return lines({
    id: String(token.id),
    name: token.name ?? '-',
    created: showTime(token.created, options),
    expires: showTime(token.expiry, options),
    scopes: (token.scopes ?? []).join(' '),
    used: used ? `${showTime(used.time, options)} from ${used.ip}` : 'never',
    ...(ended === undefined ? {} : { ended: `${showTime(ended.time, options)} (${ended.cause})` }),
  });
}

function showTokens(tokens: readonly V4AuthToken[], options: TimeOptions): string {
  const rows = tokens.map((token) => [
    `${token.id}${token.current ? ' *' : ''}`,
    token.name ?? '-',
    showTime(token.created, options),
    showTime(token.expiry, options),
    showTime(token.last_used?.time, options),
    token.last_used?.activity ?? '-',
    (token.scopes ?? []).join(' '),
  ]);
  return table(['ID', 'NAME', 'CREATED', 'EXPIRES', 'LAST USED', 'FOR', 'SCOPES'], rows);
}
