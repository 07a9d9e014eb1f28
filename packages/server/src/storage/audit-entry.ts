import { createHash, randomFillSync } from 'node:crypto';
import type { AuditEventName } from '../audit-events.ts';
import { formatTime } from '../rfc3339.ts';
import { type AuditValue, type ChainedAuditEvent, eventText, type Provenance } from './audit-store.ts';
import type { Act, EndCause, TokenRecord, UserRecord } from './records.ts';
import { FOREVER, type TryOutcome } from './throttle-store.ts';

/**
 * What each act says of itself: one place for every engine, so that the same act leaves the same event on all of them.
 * `details` hold nothing personal and nothing secret; what is personal can be erased.
 */
export interface AuditEntry {
  readonly event: AuditEventName;
  readonly subject: string | null;
  readonly details: Readonly<Record<string, AuditValue>>;
  /** Beside what the act's origin says. */
  readonly personal?: Readonly<Record<string, string | null>>;
}

export const entries = {
  userMade: (event: 'user.created' | 'user.imported', user: UserRecord): AuditEntry => ({
    event,
    subject: user.id,
    details: { admin: user.admin },
    personal: { email: user.email },
  }),

  /** Undefined when nothing has changed. */
  userModified(before: UserRecord, after: UserRecord, tokensEnded: number): AuditEntry | undefined {
    const fields = CHANGEABLE.filter(
      (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
    );
    if (fields.length === 0 && tokensEnded === 0) return undefined;
    const details: Record<string, AuditValue> = { fields };
    if (fields.includes('admin')) details.admin = after.admin;
    if (fields.includes('disabled')) details.disabled = after.disabled;
    if (fields.includes('expiry')) details.expiry = timeText(after.expiry);
    const emailBefore = before.email === after.email ? null : before.email;
    return {
      event: 'user.modified',
      subject: after.id,
      details: { ...details, tokens_ended: tokensEnded },
      personal: { email: after.email, email_before: emailBefore },
    };
  },

  userDeleted: (user: UserRecord, tokensEnded: number): AuditEntry => ({
    event: 'user.deleted',
    subject: user.id,
    details: { tokens_ended: tokensEnded },
    personal: { email: user.email },
  }),

  passwordSet: (userId: string, act: Act, tokensEnded: number): AuditEntry => ({
    event: act.actor === userId ? 'password.changed' : 'password.reset',
    subject: userId,
    details: { tokens_ended: tokensEnded },
  }),

  passwordRehashed: (userId: string): AuditEntry => ({
    event: 'password.rehashed',
    subject: userId,
    details: {},
  }),

  loginSucceeded: (token: TokenRecord): AuditEntry => ({
    event: 'login.succeeded',
    subject: token.userId,
    details: { token_id: token.id, scopes: token.scopes, expiry: timeText(token.expiry) },
    personal: { token_name: token.name },
  }),

  loginFailed: ({ userId, reason }: Extract<TryOutcome, { outcome: 'failed' }>): AuditEntry => ({
    event: 'login.failed',
    subject: userId,
    details: { reason },
  }),

  tokenRevoked: (userId: string, tokenId: string, cause: EndCause): AuditEntry => ({
    event: 'token.revoked',
    subject: userId,
    details: { token_id: tokenId, cause },
  }),

  tokensRevoked: (userId: string, cause: EndCause, count: number): AuditEntry => ({
    event: 'tokens.revoked',
    subject: userId,
    details: { cause, count },
  }),

  /** `counts` by cause. `userId`: whose they were, when they were swept because that user came. */
  tokensSwept: (counts: Readonly<Record<string, number>>, userId: string | null = null): AuditEntry => ({
    event: 'tokens.swept',
    subject: userId,
    details: counts,
  }),

  userLocked: (userId: string, until: number, failures: number): AuditEntry => ({
    event: 'user.locked',
    subject: userId,
    details: { until: timeText(until), failures },
  }),

  userUnlocked: (userId: string): AuditEntry => ({ event: 'user.unlocked', subject: userId, details: {} }),

  userErased: (userId: string, events: number): AuditEntry => ({
    event: 'user.erased',
    subject: userId,
    details: { events },
  }),

  keysAdded: (keyIds: readonly string[]): AuditEntry => ({
    event: 'keys.added',
    subject: null,
    details: { key_ids: keyIds },
  }),

  auditPruned: (events: number, before: number): AuditEntry => ({
    event: 'audit.pruned',
    subject: null,
    details: { events, before: timeText(before) },
  }),

  provenance(provenance: Provenance): AuditEntry {
    if (provenance.how === 'moved') {
      return { event: 'database.moved', subject: null, details: { from: provenance.from } };
    }
    const { choice, reached, found, tokensEnded } = provenance;
    return {
      event: 'database.restored',
      subject: null,
      details: { choice, reached, found, tokens_ended: tokensEnded },
    };
  },
};

const CHANGEABLE = ['email', 'expiry', 'admin', 'disabled', 'groups'] as const;

/** An entry as a chain takes it up: with its personal part, and the digest that is chained in its place. */
export function toChained(
  { event, subject, details, personal: more }: AuditEntry,
  act: Act,
  link: { chain: string; n: number; previous: Uint8Array },
): ChainedAuditEvent {
  const { time, actor, requestId, origin } = act;
  const personal = personalPart({
    ip: origin?.ip,
    user_agent: origin?.userAgent,
    activity: origin?.activity,
    command_line: origin?.commandLine,
    ...more,
  });
  const salt = personal === null ? null : newSalt();
  const personalDigest = personal === null || salt === null ? null : digestPersonal(salt, personal);
  const { chain, n, previous } = link;
  const unchained = { chain, n, time, event, subject, actor, requestId, details, personalDigest };
  return { ...unchained, personal, salt, hash: chainHash(previous, unchained) };
}

function personalPart(
  parts: Readonly<Record<string, string | null | undefined>>,
): Record<string, string> | null {
  const said = Object.entries(parts).filter((part): part is [string, string] => Boolean(part[1]));
  return said.length === 0 ? null : Object.fromEntries(said);
}

const SALT_BYTES = 16;
const salts = new Uint8Array(256 * SALT_BYTES);
let saltsUsed = salts.length;

/** From a supply: a call to the system for each one would cost as much as the rest of the event. */
function newSalt(): Uint8Array {
  if (saltsUsed === salts.length) {
    randomFillSync(salts);
    saltsUsed = 0;
  }
  saltsUsed += SALT_BYTES;
  return salts.slice(saltsUsed - SALT_BYTES, saltsUsed);
}

export function digestPersonal(salt: Uint8Array, personal: Readonly<Record<string, string>>): Uint8Array {
  return sha256(salt, JSON.stringify(personal));
}

/** SHA-256 over the hash before and the event's text. */
export function chainHash(previous: Uint8Array, event: Parameters<typeof eventText>[0]): Uint8Array {
  return sha256(previous, eventText(event));
}

function sha256(bytes: Uint8Array, text: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).update(text).digest());
}

const YEAR_1 = -62_135_596_800_000;

/** Null: never. What RFC 3339 can't write becomes the nearest that it can. */
function timeText(time: number | null): string | null {
  return time === null ? null : formatTime(Math.min(Math.max(time, YEAR_1), FOREVER));
}
