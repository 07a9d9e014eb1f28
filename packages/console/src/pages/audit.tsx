import type { V4AuditEvent } from 'giantswarm';
import { useState } from 'preact/hooks';
import { auditApi, doing } from '../lib/api.ts';
import { AUDIT_EVENT_NAMES } from '../lib/audit-event-names.ts';
import { go, href } from '../lib/route.ts';
import { beginOfDay, beginOfNextDay, exactTime } from '../lib/times.ts';
import { usePages } from '../lib/use-pages.ts';
import { Field, Select } from '../ui/field.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Body, Empty, PageHead } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { AuditChains } from './audit-chains.tsx';
import { EventFacts } from './event-facts.tsx';
import { ExportMenu } from './export-menu.tsx';

/** What was done, by whom and to whom: the latest first, by any filter. */
export default function Audit({ query }: { query: URLSearchParams }) {
  const filter = Object.fromEntries(query) as Record<string, string | undefined>;
  const { event, subject, actor, request_id, from, to } = filter;
  const events = usePages(query.toString(), (cursor, signal) =>
    auditApi.getAuditEventsWithHttpInfo({
      ...doing('show-audit-events'),
      ...{ signal, cursor, limit: 50, event, subject, actor, request_id },
      ...{ from: from && beginOfDay(from), to: to && beginOfNextDay(to) },
    }),
  );

  return (
    <>
      <PageHead
        title="Audit trail"
        lead="Every act that matters to security, in the transaction in which it happened."
      >
        <ExportMenu />
      </PageHead>
      <AuditChains />
      <Filter filter={filter} key={query.toString()} />
      <Body
        of={events}
        rows={8}
        empty={
          <Empty icon="list" title="No such events">
            <a href={href(['audit'])}>Show all events</a>
          </Empty>
        }
      >
        {(items) => <EventTable events={items} />}
      </Body>
      <MoreButton more={events.more} />
    </>
  );
}

function Filter({ filter }: { filter: Record<string, string | undefined> }) {
  const [wanted, setWanted] = useState(filter);
  const set = (name: string) => (value: string) => setWanted((old) => ({ ...old, [name]: value }));
  return (
    <search>
      <form
        class="card filters"
        onSubmit={(event) => {
          event.preventDefault();
          go(['audit'], wanted);
        }}
      >
        <Select
          label="Event"
          value={wanted.event ?? ''}
          options={[['', 'Any'], ...AUDIT_EVENT_NAMES.map((name) => [name, name] as const)]}
          onValue={set('event')}
        />
        <Field label="About" autocomplete="off" value={wanted.subject ?? ''} onValue={set('subject')} />
        <Field label="By" autocomplete="off" value={wanted.actor ?? ''} onValue={set('actor')} />
        <Field
          label="Request"
          autocomplete="off"
          value={wanted.request_id ?? ''}
          onValue={set('request_id')}
        />
        <Field label="From" type="date" value={wanted.from ?? ''} onValue={set('from')} />
        <Field label="To" type="date" value={wanted.to ?? ''} onValue={set('to')} />
        <div class="form-acts">
          <a class="button quiet" href={href(['audit'])}>
            Clear
          </a>
          <button type="submit" class="button">
            Filter
          </button>
        </div>
      </form>
    </search>
  );
}

function EventTable({ events }: { events: readonly V4AuditEvent[] }) {
  return (
    <Table
      caption="Audit events"
      rows={events}
      keyOf={({ chain, n }) => `${chain} ${n}`}
      columns={[
        {
          title: 'Event',
          kind: 'main',
          cell: (event) => (
            <details class="more-facts">
              <summary>
                <span class={`name ${event.event?.endsWith('failed') ? 'bad' : ''}`}>{event.event}</span>
              </summary>
              <EventFacts event={event} />
            </details>
          ),
        },
        { title: 'When', cell: ({ time }) => <When time={time} /> },
        {
          title: 'About',
          kind: 'free',
          cell: ({ subject_email: email, subject: id }) => email ?? id ?? <Nobody />,
        },
        {
          title: 'By',
          kind: 'free',
          cell: ({ actor_email: email, actor: id }) => email ?? id ?? <span class="muted">The service</span>,
        },
        {
          title: 'Request',
          cell: ({ request_id: id, time }) =>
            id ? (
              <a class="small" href={href(['requests', id])} title={`${id}, ${exactTime(String(time))}`}>
                <code>{id.slice(0, 12)}</code>
              </a>
            ) : (
              <span class="muted">None</span>
            ),
        },
      ]}
    />
  );
}

function Nobody() {
  return <span class="muted">Nobody</span>;
}
