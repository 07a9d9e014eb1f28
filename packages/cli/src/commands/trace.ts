import { AuditApi, type V4AuditEvent, type V4RecordedRequest, type V4TracedRequest } from 'giantswarm';
import { type ConnectionOptions, callOptions, connectAsUser } from '../connection.ts';
import { detailsText } from '../details-text.ts';
import type { Io } from '../io.ts';
import { lines } from '../table.ts';
import { showTime, type TimeOptions } from '../times.ts';
import { visible } from '../visible.ts';

export interface TraceOptions extends ConnectionOptions, TimeOptions {
  readonly id: string;
  readonly json?: boolean;
}

/** Everything that is known of one request id, as it happened. */
export async function trace(options: TraceOptions, io: Io): Promise<void> {
  const { client, call } = await connectAsUser(options, io);
  const traced = await call(new AuditApi(client).getRequest(options.id, callOptions('trace')));
  io.out(options.json ? JSON.stringify(traced) : show(traced, options, io));
}

interface Moment {
  readonly time: number;
  readonly what: string;
  readonly more: Readonly<Record<string, string>>;
}

function show(
  { id, requests = [], audit_events: events = [] }: V4TracedRequest,
  options: TimeOptions,
  io: Io,
) {
  const moments = [
    ...requests.map((request) => ofRequest(request, io)),
    ...events.map((event) => ofEvent(event, io)),
  ].sort((one, other) => one.time - other.time);
  const start = moments[0]?.time ?? 0;
  const head = `${visible(String(id))}  ${showTime(new Date(start).toISOString(), options)}`;
  const blocks = moments.map(({ time, what, more }) => {
    const offset = `+${time - start} ms`.padStart(10);
    const about = Object.keys(more).length === 0 ? [] : lines(more).split('\n');
    return [`${offset}  ${what}`, ...about.map((line) => `${' '.repeat(14)}${line}`)].join('\n');
  });
  return [head, ...blocks].join('\n');
}

function ofRequest(request: V4RecordedRequest, io: Io): Moment {
  const { time, ms, method, route, status, outcome, original, trace_id: traceId } = request;
  const whatFor = original === null ? '' : ` about ${original}`;
  return {
    // It was kept when it had been answered.
    time: Date.parse(String(time)) - (ms ?? 0),
    what: `${visible(`${method} ${route}${whatFor}`)} → ${io.paint(outcome === 'ok' ? 'green' : 'red', `${status} ${outcome}`)} in ${ms} ms`,
    more: known({
      by: request.user_email ?? request.user_id,
      token: request.token_id,
      from: request.ip,
      for: request.activity,
      command: request.command_line,
      client: request.user_agent,
      trace: traceId,
    }),
  };
}

function ofEvent(event: V4AuditEvent, io: Io): Moment {
  const { time, event: name, details, personal } = event;
  return {
    time: Date.parse(String(time)),
    what: `${io.paint('bold', visible(String(name)))} ${visible(detailsText(details))}`.trimEnd(),
    more: known({
      about: event.subject_email ?? personal?.email ?? event.subject,
      by: event.actor_email ?? event.actor,
    }),
  };
}

function known(values: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
