import { type Flags, openOffline, type PlannedEnd, readConfig } from '@guardbee/server';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { table } from '../table.ts';

export interface PolicyPlanOptions {
  readonly maxAge?: string;
  readonly idleTimeout?: string;
  readonly tokensPerUser?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** Shows which living tokens a policy would end. Changes nothing. */
export async function planPolicy(options: PolicyPlanOptions, io: Io): Promise<void> {
  const { maxAge, idleTimeout, tokensPerUser, dataDir } = options;
  if (maxAge === undefined && idleTimeout === undefined && tokensPerUser === undefined) {
    throw new CommandError(EXIT.usage, 'Name a policy: --max-age, --idle-timeout or --tokens-per-user.');
  }
  const flags: Flags = dataDir === undefined ? {} : { dataDir };
  const offline = await openOffline(readConfig(policyEnvironment(options, io), flags));
  try {
    const { ends, living } = await offline.planPolicy();
    if (options.json) io.out(JSON.stringify({ living, ends }));
    else io.out(show(ends, living));
  } finally {
    await offline.close();
  }
}

/** The settings as they would be, so that the service's own rules read them. */
function policyEnvironment({ maxAge, idleTimeout, tokensPerUser }: PolicyPlanOptions, io: Io) {
  return {
    ...io.env,
    ...(maxAge === undefined ? {} : { GUARDBEE_TOKEN_MAX_AGE: maxAge }),
    ...(idleTimeout === undefined ? {} : { GUARDBEE_TOKEN_IDLE_TIMEOUT: idleTimeout }),
    ...(tokensPerUser === undefined ? {} : { GUARDBEE_TOKENS_PER_USER: tokensPerUser }),
  };
}

function show(ends: readonly PlannedEnd[], living: number): string {
  const summary = `${ends.length} of ${living} living tokens would end.`;
  if (ends.length === 0) return summary;
  const rows = ends.map(({ id, email, name, cause, created, lastUsed }) => [
    id,
    email,
    name ?? '-',
    cause,
    created,
    lastUsed ?? 'never',
  ]);
  return `${table(['ID', 'USER', 'NAME', 'CAUSE', 'CREATED', 'LAST USED'], rows)}\n\n${summary}`;
}
