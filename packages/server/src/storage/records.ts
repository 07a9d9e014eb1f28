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

/** A living token together with the user it speaks for. */
export interface TokenWithUser {
  readonly token: TokenRecord;
  readonly user: UserRecord;
}

/** Why a token ended. A closed list: clients switch on it. */
export type EndCause =
  | 'logout'
  | 'revoked'
  | 'expired'
  | 'idle'
  | 'password_changed'
  | 'user_disabled'
  | 'user_expired'
  | 'user_deleted'
  | 'limit'
  | 'policy'
  | 'keys_rotated'
  | 'restored';

/** When an act happened, who did it, and in answer to which request. */
export interface Act {
  readonly time: number;
  /** A user's id, or null for the operator at the machine and for the service itself. */
  readonly actor: string | null;
  readonly requestId: string | null;
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
