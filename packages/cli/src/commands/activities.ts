import { type ActivityOptions, AuditApi } from 'giantswarm';
import { showActivities } from '../activity-table.ts';
import { type ConnectionOptions, callOptions, connectAsUser } from '../connection.ts';
import type { Io } from '../io.ts';
import type { TimeOptions } from '../times.ts';

export interface ActivitiesOptions extends ConnectionOptions, TimeOptions {
  readonly since?: string;
  readonly until?: string;
  readonly step: NonNullable<ActivityOptions['step']>;
  readonly activity?: string;
  readonly json?: boolean;
}

/** What requests were for, over time. */
export async function showActivityCounts(options: ActivitiesOptions, io: Io): Promise<void> {
  const { client, call } = await connectAsUser(options, io);
  const { since: from, until: to, step, activity } = options;
  const counts = await call(
    new AuditApi(client).getActivities({ ...callOptions('activities'), from, to, step, activity }),
  );
  if (options.json) io.out(JSON.stringify(counts));
  else if (counts.length === 0) io.err('Nothing was done in that time.');
  else io.out(showActivities(counts, options, io.paint));
}
