import type { TokenFacts } from './principal.ts';

/** What has ended: one token, all of a user's, or all there are. */
export interface Revocation {
  readonly tokenId?: string;
  readonly userId?: string;
  readonly all?: true;
}

/** The service's word that everything committed before its monotonic instant `at` (ms) has been sent. */
export interface Heartbeat {
  readonly at: number;
  /** What the service's wall clock shows, in milliseconds since 1970. */
  readonly time: number;
}

export const EVERYTHING: Revocation = { all: true };

/** @throws TypeError for what is no heartbeat */
export function readHeartbeat(data: string): Heartbeat {
  const { at, time } = (parse(data) ?? {}) as Record<string, unknown>;
  const wall = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof at !== 'number' || !Number.isFinite(at) || Number.isNaN(wall)) {
    throw new TypeError('the heartbeat could not be read');
  }
  return { at, time: wall };
}

/** Reads any other event. One that says nothing we know might end anything. */
export function readRevocation(data: string): Revocation {
  const { digest_id: tokenId, user: userId, all } = (parse(data) ?? {}) as Record<string, unknown>;
  if (all !== undefined) return EVERYTHING;
  if (typeof userId === 'string') return typeof tokenId === 'string' ? { tokenId, userId } : { userId };
  return typeof tokenId === 'string' ? { tokenId } : EVERYTHING;
}

export function concerns(revocation: Revocation, facts: TokenFacts): boolean {
  return (
    revocation.all === true || revocation.tokenId === facts.tokenId || revocation.userId === facts.userId
  );
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
