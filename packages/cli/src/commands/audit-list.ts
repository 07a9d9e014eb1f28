import { AuditApi, type V4AuditEvent } from 'giantswarm';
import { pagesUpTo } from '../all-pages.ts';
import { type ConnectionOptions, callOptions, connectAsUser } from '../connection.ts';
import { detailsText } from '../details-text.ts';
import type { Io } from '../io.ts';
import { table } from '../table.ts';
import { showTime, type TimeOptions } from '../times.ts';

export interface AuditListOptions extends ConnectionOptions, TimeOptions {
  readonly user?: string;
  readonly actor?: string;
  readonly event?: string;
  readonly request?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** What was done, the latest first. */
export async function listAuditEvents(options: AuditListOptions, io: Io): Promise<void> {
  const { client, call } = await connectAsUser(options, io);
  const api = new AuditApi(client);
  const { user: subject, actor, event, request, since: from, until: to, limit } = options;
  const filter = { subject, actor, event, request_id: request, from, to };
  const events = await call(
    pagesUpTo(limit, (page) =>
      api.getAuditEventsWithHttpInfo({ ...callOptions('audit-list'), ...filter, ...page }),
    ),
  );
  if (options.json) io.out(JSON.stringify(events));
  else if (events.length === 0) io.err('There is no such event.');
  else io.out(show(events, options, io));
}

const COLUMNS = ['TIME', 'EVENT', 'USER', 'BY', 'FROM', 'REQUEST', 'DETAILS'];

function show(events: readonly V4AuditEvent[], options: TimeOptions, io: Io): string {
  const rows = events.map((event) => [
    showTime(event.time, options),
    String(event.event),
    event.subject_email ?? event.subject ?? '-',
    event.actor_email ?? event.actor ?? '-',
    event.personal?.ip ?? '-',
    event.request_id ?? '-',
    detailsText(event.details),
  ]);
  const isBad = /failed|locked/;
  return table(COLUMNS, rows, (cell, column) =>
    column === 1 && isBad.test(cell) ? io.paint('red', cell) : cell,
  );
}
