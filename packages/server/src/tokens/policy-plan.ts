import type { Clock } from '../clock.ts';
import { formatTime } from '../rfc3339.ts';
import type { EndCause, ListedToken, TokenPolicy, TokenWithUser } from '../storage/records.ts';
import type { Store, TokenLimit } from '../storage/store.ts';
import { causeOfDeath } from './policy.ts';

/** A token that a policy would end. Times as on the wire. */
export interface PlannedEnd {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly cause: EndCause;
  readonly created: string;
  readonly lastUsed: string | null;
}

export interface PolicyPlan {
  readonly living: number;
  readonly ends: readonly PlannedEnd[];
}

type Living = TokenWithUser & ListedToken;

/** What a policy would do to the tokens that live now, by the very rules that would do it. */
export async function planPolicy(
  { store, clock }: { store: Store; clock: Clock },
  policy: TokenPolicy,
  limit: TokenLimit | undefined,
): Promise<PolicyPlan> {
  const now = clock.now();
  const ends: PlannedEnd[] = [];
  const kept = new Map<string, Living[]>();
  let living = 0;
  for await (const entry of livingTokens(store)) {
    living += 1;
    const cause = causeOfDeath(entry.token, entry.lastUsed?.time ?? null, policy, now);
    if (cause !== undefined) ends.push(plannedEnd(entry, cause));
    else if (limit !== undefined) kept.set(entry.user.id, [...(kept.get(entry.user.id) ?? []), entry]);
  }
  for (const tokens of kept.values()) {
    const oldestFirst = tokens.sort((a, b) => a.token.created - b.token.created);
    const beyond = oldestFirst.slice(0, Math.max(0, oldestFirst.length - (limit?.most ?? 0)));
    ends.push(...beyond.map((entry) => plannedEnd(entry, 'limit')));
  }
  return { living, ends };
}

async function* livingTokens(store: Store): AsyncGenerator<Living> {
  for (let after = ''; ; ) {
    const page = await store.scanTokens({ after, limit: 1000 });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.token.id;
  }
}

function plannedEnd({ token, user, lastUsed }: Living, cause: EndCause): PlannedEnd {
  const { id, name, created } = token;
  const used = lastUsed === null ? null : formatTime(lastUsed.time);
  return { id, email: user.email, name, cause, created: formatTime(created), lastUsed: used };
}
