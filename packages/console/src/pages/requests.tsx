import { OUTCOMES, type Outcome } from '../lib/activity-sums.ts';
import { auditApi, doing } from '../lib/api.ts';
import { clientName } from '../lib/client-name.ts';
import { go, href } from '../lib/route.ts';
import { duration, exactTime, shortTime } from '../lib/times.ts';
import { usePages } from '../lib/use-pages.ts';
import { Select } from '../ui/field.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Status } from '../ui/outcome.tsx';
import { Body, Empty, PageHead } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';

const NAMES: Record<Outcome, string> = { ok: 'Done', refused: 'Refused', failed: 'Failed' };

/** Single requests, to go on from the picture of the activities. */
export default function Requests({ query }: { query: URLSearchParams }) {
  const activity = query.get('activity') ?? undefined;
  const outcome = OUTCOMES.find((one) => one === query.get('outcome'));
  const from = query.get('from') ?? undefined;
  const to = query.get('to') ?? undefined;
  const requests = usePages(query.toString(), (cursor, signal) =>
    auditApi.getRequestsWithHttpInfo({
      ...doing('show-requests'),
      ...{ signal, cursor, limit: 50, activity, outcome, from, to },
    }),
  );

  return (
    <>
      <nav class="crumbs" aria-label="Above this page">
        <a href={href(['activities'], { activity })}>Activities</a>
      </nav>
      <PageHead
        title="Requests"
        lead={
          from !== undefined && to !== undefined
            ? `From ${exactTime(from)} to ${exactTime(to)}.`
            : 'The latest ones of the last day that named themselves, changed something or were refused.'
        }
      >
        <Select
          label="Outcome"
          value={outcome ?? ''}
          options={[['', 'Any'], ...OUTCOMES.map((one) => [one, NAMES[one]] as const)]}
          onValue={(value) => go(['requests'], { activity, from, to, outcome: value })}
        />
      </PageHead>
      {activity !== undefined && (
        <p class="filter">
          Only <code class="chip">{activity}</code>{' '}
          <a href={href(['requests'], { from, to, outcome })}>Show all activities</a>
        </p>
      )}
      <Body
        of={requests}
        rows={8}
        empty={
          <Empty icon="list" title="No such requests">
            Widen the filter.
          </Empty>
        }
      >
        {(items) => (
          <Table
            caption="Requests"
            rows={items}
            keyOf={({ request_id, time, route, ms }) => `${request_id} ${time} ${route} ${ms}`}
            columns={[
              {
                title: 'Request',
                kind: 'main',
                cell: ({ request_id: id, method, route, original }) => (
                  <>
                    <a class="name" href={href(['requests', String(id)])}>
                      {original ?? `${method} ${route}`}
                    </a>
                    <code class="sub">{id}</code>
                  </>
                ),
              },
              {
                title: 'When',
                cell: ({ time }) => <time title={exactTime(String(time))}>{shortTime(String(time))}</time>,
              },
              { title: 'Outcome', cell: ({ status }) => <Status status={status} /> },
              {
                title: 'Who',
                kind: 'free',
                cell: ({ user_email: email, user_id: id, ip, user_agent: agent }) => (
                  <>
                    {email ?? id ?? <span class="muted">Nobody known</span>}
                    <span class="sub">{[ip, agent && clientName(agent)].filter(Boolean).join(' · ')}</span>
                  </>
                ),
              },
              {
                title: 'Activity',
                kind: 'free',
                cell: ({ activity: name }) => (name === null ? <span class="muted">None named</span> : name),
              },
              { title: 'Time', kind: 'number', cell: ({ ms }) => duration(ms ?? 0) },
            ]}
          />
        )}
      </Body>
      <MoreButton more={requests.more} />
    </>
  );
}
