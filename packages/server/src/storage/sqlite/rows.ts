import type { EndCause, EndedToken, TokenRecord, TokenWithUser, UserRecord } from '../records.ts';
import { textToScopes } from './text.ts';

/** Rows as node:sqlite answers them. The tables are STRICT, so a column's type is what its definition says. */

export const userColumns = 'id, email, canonical_email, password_hash, created, expiry, admin, disabled';

export interface UserRow {
  id: string;
  email: string;
  canonical_email: string;
  password_hash: string;
  created: number;
  expiry: number | null;
  admin: number;
  disabled: number;
}

export function toUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    email: row.email,
    canonicalEmail: row.canonical_email,
    passwordHash: row.password_hash,
    created: row.created,
    expiry: row.expiry,
    admin: row.admin === 1,
    disabled: row.disabled === 1,
  };
}

export const tokenWithUserColumns = `
  t.id AS token_id, t.digest, t.key_id, t.seal, t.name, t.created AS token_created, t.expiry AS token_expiry, t.scopes,
  u.id, u.email, u.canonical_email, u.password_hash, u.created, u.expiry, u.admin, u.disabled`;

export interface TokenWithUserRow extends UserRow {
  token_id: string;
  digest: Uint8Array;
  key_id: string;
  seal: Uint8Array;
  name: string | null;
  token_created: number;
  token_expiry: number | null;
  scopes: string;
}

export function toTokenWithUser(row: TokenWithUserRow): TokenWithUser {
  const token: TokenRecord = {
    id: row.token_id,
    userId: row.id,
    digest: row.digest,
    keyId: row.key_id,
    seal: row.seal,
    name: row.name,
    created: row.token_created,
    expiry: row.token_expiry,
    scopes: textToScopes(row.scopes),
  };
  return { token, user: toUser(row) };
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
