import type { V4AuditEvent, V4RecordedRequest } from 'giantswarm';
import { auditApi, doing } from '../lib/api.ts';
import { href } from '../lib/route.ts';
import { duration, exactTime } from '../lib/times.ts';
import { useLoad } from '../lib/use-load.ts';
import { Status } from '../ui/outcome.tsx';
import { Failure, Loading, PageHead } from '../ui/states.tsx';
import { EventFacts } from './event-facts.tsx';

type Moment =
  | { readonly time: string; readonly request: V4RecordedRequest }
  | { readonly time: string; readonly event: V4AuditEvent };

/** Everything that is known of one request id, in the order in which it happened. */
export default function Trace({ id }: { id: string }) {
  const { data, error, reload } = useLoad(id, (signal) =>
    auditApi.getRequest(id, { ...doing('show-request'), signal }),
  );
  const moments: Moment[] = [
    ...(data?.requests ?? []).map((request) => ({ time: String(request.time), request })),
    ...(data?.audit_events ?? []).map((event) => ({ time: String(event.time), event })),
  ].sort((a, b) => beginOf(a) - beginOf(b));
  const begin = Math.min(...moments.map(beginOf));
  const end = Math.max(...moments.map(({ time }) => Date.parse(time)));

  return (
    <>
      <nav class="crumbs" aria-label="Above this page">
        <a href={href(['activities'])}>Activities</a> <a href={href(['requests'])}>Requests</a>
      </nav>
      <PageHead
        title={`Request ${id}`}
        lead="Every call that carried this id, and what it left in the audit trail."
      />
      {error !== undefined && <Failure error={error} retry={reload} />}
      {data === undefined && error === undefined && <Loading rows={3} />}
      <ol class="timeline">
        {moments.map((moment) => (
          <li key={JSON.stringify(moment)}>
            <p class="timeline-when">
              <time dateTime={moment.time}>{exactTime(moment.time)}</time>
              <span class="muted">+{duration(beginOf(moment) - begin)}</span>
            </p>
            {'request' in moment ? (
              <RequestCard request={moment.request} start={begin} span={Math.max(1, end - begin)} />
            ) : (
              <div class="card">
                <h2>{moment.event.event}</h2>
                <EventFacts event={moment.event} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** A request is recorded when it has been answered. */
function beginOf(moment: Moment): number {
  return Date.parse(moment.time) - ('request' in moment ? (moment.request.ms ?? 0) : 0);
}

function RequestCard({ request, start, span }: { request: V4RecordedRequest; start: number; span: number }) {
  const { method, route, status, ms = 0, original } = request;
  const offset = Date.parse(String(request.time)) - ms - start;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Who', request.user_email ?? request.user_id],
    ['From', request.ip],
    ['Program', request.user_agent],
    ['Activity', request.activity],
    ['Command line', request.command_line],
    ['Asked by a proxy about', original],
    ['Token', request.token_id],
    ['Trace', request.trace_id],
  ];
  return (
    <div class="card">
      <div class="section-head">
        <h2>
          {method} {route}
        </h2>
        <Status status={status} />
      </div>
      <div class="span" aria-hidden="true">
        <div
          class="span-bar"
          style={{ left: `${(100 * offset) / span}%`, width: `${Math.max(1, (100 * ms) / span)}%` }}
        />
      </div>
      <dl class="facts">
        <div>
          <dt>Took</dt>
          <dd>{duration(ms)}</dd>
        </div>
        {facts.map(
          ([label, value]) =>
            value && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}
