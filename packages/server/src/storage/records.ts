/**
 * The rows as the rest of the house sees them: plain values, no SQL, no driver types.
 *
 * Times are milliseconds since 1970-01-01T00:00:00Z. `null` as an expiry means "never".
 */

export interface UserRecord {
  /** Random, never used again for somebody else, safe to show and log. */
  readonly id: string;
  /** As it was given when the account was made or renamed. */
  readonly email: string;
  /** The form that is unique among users: see `users/email.ts`. */
  readonly canonicalEmail: string;
  /** PHC string. Never leaves the server. */
  readonly passwordHash: string;
  readonly created: number;
  readonly expiry: number | null;
  readonly admin: boolean;
  readonly disabled: boolean;
  /** Assigned by administrators, for the services that ask; sorted, without repetition. */
  readonly groups: readonly string[];
  /** Closed to unknown devices until then, after too many wrong passwords; null or past: open. */
  readonly lockedUntil?: number | null;
}

export interface TokenRecord {
  /** The token's public name. */
  readonly id: string;
  readonly userId: string;
  /** Keyed digest of the token string, 32 bytes; the string itself is never stored. */
  readonly digest: Uint8Array;
  /** Which digest key made `digest` and `seal`. */
  readonly keyId: string;
  /** Keyed digest over the row's meaning, so that a writer of the database can't plant or redirect a token. */
  readonly seal: Uint8Array;
  readonly name: string | null;
  readonly created: number;
  readonly expiry: number | null;
  /** RFC 6749 scope tokens; `['*']` is everything its user may do. */
  readonly scopes: readonly string[];
}

/** When a token was last used, from where and for what. Coalesced: behind by a few seconds, never ahead. */
export interface TokenUse {
  readonly time: number;
  readonly ip: string;
  readonly activity: string | null;
  readonly userAgent: string | null;
}

/** A living token as its owner sees it. */
export interface ListedToken {
  readonly token: TokenRecord;
  readonly lastUsed: TokenUse | null;
}

/**
 * Something that whoever remembers a verification must forget: one token, all of a user's, or everything.
 * `seq` grows in the order of the commits, without exception (but with gaps): who has seen one has seen all before it.
 * `time` is the database's clock.
 */
export type Change = { readonly seq: number; readonly time: number } & WhatChanged;

export type WhatChanged =
  | { readonly kind: 'token'; readonly tokenId: string }
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'all' };

/**
 * How long tokens may live, whatever their own expiry says. Milliseconds; null = no limit. As with an expiry, a token is
 * dead at the very instant.
 */
export interface TokenPolicy {
  /** Since it was made. */
  readonly maxAge: number | null;
  /** Since its last use, or since it was made when it has not been used. */
  readonly idleTimeout: number | null;
}

/** A living token together with the user it speaks for. */
export interface TokenWithUser {
  readonly token: TokenRecord;
  readonly user: UserRecord;
}

/** Why a token ended. A closed list: clients switch on it. */
export const END_CAUSES = [
  'logout',
  'revoked',
  'expired',
  'idle',
  'password_changed',
  'user_disabled',
  'user_expired',
  'user_deleted',
  'limit',
  'policy',
  'keys_rotated',
  'restored',
] as const;

export type EndCause = (typeof END_CAUSES)[number];

/** When an act happened, who did it, and in answer to which request. */
export interface Act {
  readonly time: number;
  /** A user's id, or null for the operator at the machine and for the service itself. */
  readonly actor: string | null;
  readonly requestId: string | null;
  /** Where the request came from and what its client said of it; absent for the service itself. */
  readonly origin?: ActOrigin | undefined;
}

/** Personal: kept with an audit event until it is erased. */
export interface ActOrigin {
  readonly ip: string;
  readonly userAgent: string | null;
  /** `X-Giant-Swarm-Activity`. */
  readonly activity: string | null;
  /** `X-Giant-Swarm-CmdLine`, after redaction. */
  readonly commandLine: string | null;
}

/** What is kept of an ended token. It has no digest: nothing can bring the token back. */
export interface EndedToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string | null;
  readonly created: number;
  readonly expiry: number | null;
  readonly scopes: readonly string[];
  readonly ended: Act & { readonly cause: EndCause };
}
