import { parseTime } from '../rfc3339.ts';
import type { ChainedAuditEvent } from '../storage/audit-store.ts';
import type { TokenPolicy } from '../storage/records.ts';

/**
 * What an event took away, in the words of the anchor: enough to take it away again from a database that is older.
 * Nothing personal and nothing secret: no e-mail, no password hash, no digest of a token.
 */
export type Ending =
  | { readonly token: string }
  | { readonly swept: TokenPolicy; readonly time: number }
  | ({ readonly user: string } & UserEnding);

export interface UserEnding {
  /** All of the user's tokens. */
  readonly tokens?: true;
  /** The password is another one since. */
  readonly password?: true;
  readonly deleted?: true;
  readonly erased?: true;
  /** The e-mail is another one since; which one isn't kept. */
  readonly email?: true;
  /** The user was made; an older database doesn't know it. */
  readonly made?: true;
  readonly admin?: boolean;
  readonly disabled?: boolean;
  readonly expiry?: number | null;
  readonly groups?: readonly string[];
}

export function isEnding(value: unknown): value is Ending {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return ['token', 'swept', 'user'].includes(keys[0] ?? '');
}

/** What is to be kept of an event; undefined when it took nothing away. `groups` answers with a user's as they are now. */
export async function toEnding(
  event: ChainedAuditEvent,
  {
    policy,
    groups,
  }: { policy: TokenPolicy; groups: (userId: string) => Promise<readonly string[] | undefined> },
): Promise<Ending | undefined> {
  const { subject: user, details } = event;
  if (event.event === 'token.revoked') return { token: String(details.token_id) };
  if (event.event === 'tokens.swept') {
    // What is past its own expiry stays so.
    const byPolicy = details.policy !== undefined || details.idle !== undefined;
    return byPolicy ? { swept: policy, time: event.time } : undefined;
  }
  if (user === null) return undefined;
  switch (event.event) {
    case 'tokens.revoked':
      return { user, tokens: true };
    case 'password.changed':
    case 'password.reset':
      return { user, password: true };
    case 'user.deleted':
      return { user, deleted: true };
    case 'user.erased':
      return { user, erased: true };
    case 'user.created':
    case 'user.imported':
      return { user, made: true };
    case 'user.modified': {
      const fields = Array.isArray(details.fields) ? details.fields : [];
      return {
        user,
        ...(Number(details.tokens_ended) > 0 ? { tokens: true } : {}),
        ...(fields.includes('email') ? { email: true } : {}),
        ...(fields.includes('groups') ? { groups: (await groups(user)) ?? [] } : {}),
        ...(typeof details.admin === 'boolean' ? { admin: details.admin } : {}),
        ...(typeof details.disabled === 'boolean' ? { disabled: details.disabled } : {}),
        ...(fields.includes('expiry') ? { expiry: timeOf(details.expiry) } : {}),
      };
    }
    default:
      return undefined;
  }
}

function timeOf(text: unknown): number | null {
  return typeof text === 'string' ? (parseTime(text) ?? null) : null;
}

/** Many endings, in the order in which they happened, as what they come to. */
export interface Endings {
  readonly tokens: ReadonlySet<string>;
  readonly users: ReadonlyMap<string, UserEnding>;
  readonly sweeps: readonly { readonly policy: TokenPolicy; readonly time: number }[];
}

export function addUp(endings: Iterable<Ending>): Endings {
  const tokens = new Set<string>();
  const users = new Map<string, UserEnding>();
  const sweeps = new Map<string, { policy: TokenPolicy; time: number }>();
  for (const ending of endings) {
    if ('token' in ending) {
      tokens.add(ending.token);
    } else if ('swept' in ending) {
      // The later sweep by the same rules ends what the earlier one ended.
      const { swept: policy, time } = ending;
      const key = JSON.stringify(policy);
      sweeps.set(key, { policy, time: Math.max(time, sweeps.get(key)?.time ?? time) });
    } else {
      const { user, ...change } = ending;
      users.set(user, { ...users.get(user), ...change });
    }
  }
  return { tokens, users, sweeps: [...sweeps.values()] };
}
