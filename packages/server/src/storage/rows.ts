import type {
  EndCause,
  EndedToken,
  ListedToken,
  TokenRecord,
  TokenUse,
  TokenWithUser,
  UserRecord,
} from './records.ts';
import { textToGroups, textToScopes } from './text.ts';

/** Rows as both engines answer them: the columns have the same names, and a boolean is SQLite's 0 or 1, or PostgreSQL's own. */

export const userColumns =
  'id, email, canonical_email, password_hash, created, expiry, admin, disabled, groups, locked_until';

export interface UserRow {
  id: string;
  email: string;
  canonical_email: string;
  password_hash: string;
  created: number;
  expiry: number | null;
  admin: number | boolean;
  disabled: number | boolean;
  groups: string;
  locked_until: number | null;
}

export function toUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    email: row.email,
    canonicalEmail: row.canonical_email,
    passwordHash: row.password_hash,
    created: row.created,
    expiry: row.expiry,
    admin: Boolean(row.admin),
    disabled: Boolean(row.disabled),
    groups: textToGroups(row.groups),
    lockedUntil: row.locked_until,
  };
}

/** Of `tokens t`, named apart from the user's. */
export const tokenColumns = `t.id AS token_id, t.user_id, t.digest, t.key_id, t.seal, t.name,
  t.created AS token_created, t.expiry AS token_expiry, t.scopes`;

export interface TokenRow {
  token_id: string;
  user_id: string;
  digest: Uint8Array;
  key_id: string;
  seal: Uint8Array;
  name: string | null;
  token_created: number;
  token_expiry: number | null;
  scopes: string;
}

function toToken(row: TokenRow): TokenRecord {
  return {
    id: row.token_id,
    userId: row.user_id,
    digest: row.digest,
    keyId: row.key_id,
    seal: row.seal,
    name: row.name,
    created: row.token_created,
    expiry: row.token_expiry,
    scopes: textToScopes(row.scopes),
  };
}

/** Of `tokens t` and `users u`. */
export const tokenWithUserColumns = `${tokenColumns}, ${userColumns.replaceAll(/\w+/g, 'u.$&')}`;

export function toTokenWithUser(row: TokenRow & UserRow): TokenWithUser {
  return { token: toToken(row), user: toUser(row) };
}

/** Of `token_uses s`. */
export const useColumns = 's.time AS use_time, s.ip, s.activity, s.user_agent';

export interface UseRow {
  use_time: number;
  /** Null before the first use. */
  ip: string | null;
  activity: string | null;
  user_agent: string | null;
}

export function toListedToken(row: TokenRow & UseRow): ListedToken {
  return { token: toToken(row), lastUsed: toUse(row) };
}

export function toUse({ use_time: time, ip, activity, user_agent: userAgent }: UseRow): TokenUse | null {
  return ip === null ? null : { time, ip, activity, userAgent };
}

export const endedTokenColumns =
  'id, user_id, name, created, expiry, scopes, cause, ended, actor, request_id';

export interface EndedTokenRow {
  id: string;
  user_id: string;
  name: string | null;
  created: number;
  expiry: number | null;
  scopes: string;
  cause: EndCause;
  ended: number;
  actor: string | null;
  request_id: string | null;
}

export function toEndedToken(row: EndedTokenRow): EndedToken {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    created: row.created,
    expiry: row.expiry,
    scopes: textToScopes(row.scopes),
    ended: { time: row.ended, actor: row.actor, requestId: row.request_id, cause: row.cause },
  };
}
