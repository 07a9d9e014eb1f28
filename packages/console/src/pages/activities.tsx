import type { V4ActivityCount } from 'giantswarm';
import { useMemo } from 'preact/hooks';
import { type Sum, sumAll, sumBy, sumSteps } from '../lib/activity-sums.ts';
import { auditApi, doing } from '../lib/api.ts';
import { RANGES, rangeNamed } from '../lib/range.ts';
import { go, href } from '../lib/route.ts';
import { duration, shortTime } from '../lib/times.ts';
import { useLoad } from '../lib/use-load.ts';
import { Chart } from '../ui/chart.tsx';
import { ChoiceLinks } from '../ui/choice-links.tsx';
import { Icon } from '../ui/icon.tsx';
import { Empty, Failure, Loading, PageHead } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { Tiles } from '../ui/tiles.tsx';

const GROUPS = {
  activity: { label: 'Activity', keyOf: (row: V4ActivityCount) => row.activity ?? '' },
  user: { label: 'User', keyOf: (row: V4ActivityCount) => row.user_email ?? row.user_id ?? 'Nobody known' },
  client: { label: 'Program', keyOf: (row: V4ActivityCount) => row.client || 'Unknown' },
} as const;
type GroupName = keyof typeof GROUPS;

/** What is being done, over time: by whom, how long it takes, how much is refused. */
export default function Activities({ query }: { query: URLSearchParams }) {
  const range = rangeNamed(query.get('range'));
  const by: GroupName = (query.get('by') ?? '') in GROUPS ? (query.get('by') as GroupName) : 'activity';
  const activity = query.get('activity') ?? undefined;
  const { length, step } = RANGES[range];
  const loaded = useLoad(`${range} ${activity}`, async (signal) => {
    const to = Date.now() + 1_000;
    const options = {
      ...doing('show-activities'),
      signal,
      step,
      from: new Date(to - length),
      to: new Date(to),
    };
    const rows = await auditApi.getActivities({
      ...options,
      ...(activity === undefined ? {} : { activity }),
    });
    return { rows, from: to - length, to };
  });
  const here = (change: Record<string, string | undefined>) =>
    href(['activities'], { range, by, activity, ...change });

  return (
    <>
      <PageHead title="Activities" lead="What requests were for, as their programs say it.">
        <ChoiceLinks
          label="Time"
          options={Object.entries(RANGES).map(([name, { label }]) => ({
            text: label,
            href: here({ range: name }),
            isChosen: name === range,
          }))}
        />
        <button type="button" class="button icon-only" aria-label="Load again" onClick={loaded.reload}>
          <Icon name="refresh" />
        </button>
      </PageHead>
      {activity !== undefined && (
        <p class="filter">
          Only <code class="chip">{activity}</code>{' '}
          <a href={here({ activity: undefined })}>Show all activities</a>
        </p>
      )}
      {loaded.error !== undefined && <Failure error={loaded.error} retry={loaded.reload} />}
      {loaded.data === undefined ? (
        loaded.error === undefined && <Loading rows={9} />
      ) : loaded.data.rows.length === 0 ? (
        <Empty icon="chart" title="Nothing in this time">
          Programs name what they do in the header <code>X-Giant-Swarm-Activity</code>.
        </Empty>
      ) : (
        <Picture {...loaded.data} range={range} by={by} here={here} activity={activity} />
      )}
    </>
  );
}

function Picture({
  rows,
  from,
  to,
  range,
  by,
  activity,
  here,
}: {
  rows: readonly V4ActivityCount[];
  from: number;
  to: number;
  range: keyof typeof RANGES;
  by: GroupName;
  activity: string | undefined;
  here: (change: Record<string, string | undefined>) => string;
}) {
  const { stepLength } = RANGES[range];
  const all = useMemo(() => sumAll(rows), [rows]);
  const steps = useMemo(() => sumSteps(rows, from, to, stepLength), [rows, from, to, stepLength]);
  const labels = useMemo(() => steps.map(({ key }) => stepLabel(Number(key), range)), [steps, range]);
  const counts = useMemo(
    () => [
      { label: 'Done', colour: '--chart-good', values: steps.map((sum) => sum.by.ok) },
      { label: 'Refused', colour: '--chart-refused', values: steps.map((sum) => sum.by.refused) },
      { label: 'Failed', colour: '--chart-bad', values: steps.map((sum) => sum.by.failed) },
    ],
    [steps],
  );
  const times = useMemo(
    () => [
      { label: 'Mean', colour: '--chart-good', values: steps.map((sum) => Math.round(sum.mean)) },
      { label: 'Slowest', colour: '--chart-refused', values: steps.map((sum) => sum.slowest) },
    ],
    [steps],
  );
  const pick = (index: number) => {
    const begin = Number(steps[index]?.key);
    const between = { from: new Date(begin).toISOString(), to: new Date(begin + stepLength).toISOString() };
    go(['requests'], { activity, ...between });
  };

  return (
    <>
      <Tiles
        tiles={[
          { label: 'Requests', value: all.count.toLocaleString() },
          { label: 'Refused', value: share(all.by.refused, all.count), note: `${all.by.refused} requests` },
          {
            label: 'Failed',
            value: share(all.by.failed, all.count),
            note: `${all.by.failed} requests`,
            ...(all.by.failed > 0 ? { tone: 'bad' as const } : {}),
          },
          { label: 'Mean time', value: duration(all.mean), note: `slowest ${duration(all.slowest)}` },
        ]}
      />
      <div class="charts">
        <section class="card" aria-label="Requests over time">
          <h2>Requests</h2>
          <Chart
            kind="bars"
            says={`Requests over the last ${RANGES[range].label.toLowerCase()}: ${all.count}, of which ${all.by.refused} were refused and ${all.by.failed} failed.`}
            labels={labels}
            series={counts}
            onPick={pick}
          />
          <p class="hint">
            Click a bar for its requests, or{' '}
            <a href={href(['requests'], { activity })}>see the latest ones</a>.
          </p>
        </section>
        <section class="card" aria-label="Time over time">
          <h2>How long they took</h2>
          <Chart
            kind="lines"
            says={`Milliseconds that requests took: ${Math.round(all.mean)} in the mean, ${all.slowest} at most.`}
            labels={labels}
            series={times}
            unit=" ms"
            onPick={pick}
          />
          <p class="hint">From the first byte that came to the last one that went.</p>
        </section>
      </div>
      <section class="section">
        <div class="section-head">
          <h2>By {GROUPS[by].label.toLowerCase()}</h2>
          <ChoiceLinks
            label="Summed up by"
            options={Object.entries(GROUPS).map(([name, { label }]) => ({
              text: label,
              href: here({ by: name }),
              isChosen: name === by,
            }))}
          />
        </div>
        <Sums sums={sumBy(rows, GROUPS[by].keyOf)} by={by} here={here} />
      </section>
    </>
  );
}

function Sums({
  sums,
  by,
  here,
}: {
  sums: readonly Sum[];
  by: GroupName;
  here: (change: Record<string, string | undefined>) => string;
}) {
  return (
    <Table
      caption={`Requests by ${GROUPS[by].label.toLowerCase()}`}
      rows={sums}
      keyOf={({ key }) => key}
      columns={[
        {
          title: GROUPS[by].label,
          kind: 'main',
          cell: ({ key }) =>
            by === 'activity' ? (
              <a class="name" href={here({ activity: key })}>
                {key}
              </a>
            ) : (
              <span class="name">{key}</span>
            ),
        },
        { title: 'Requests', kind: 'number', cell: ({ count }) => count.toLocaleString() },
        { title: 'Refused', kind: 'number', cell: (sum) => <Share part={sum.by.refused} of={sum.count} /> },
        { title: 'Failed', kind: 'number', cell: (sum) => <Share part={sum.by.failed} of={sum.count} /> },
        { title: 'Mean', kind: 'number', cell: ({ mean }) => duration(mean) },
        { title: 'Slowest', kind: 'number', cell: ({ slowest }) => duration(slowest) },
        ...(by === 'activity'
          ? [
              {
                title: 'Acts',
                kind: 'acts' as const,
                cell: ({ key }: Sum) => (
                  <a
                    class="button small"
                    href={href(['requests'], { activity: key })}
                    aria-label={`Requests of ${key}`}
                  >
                    Requests
                  </a>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

function Share({ part, of }: { part: number; of: number }) {
  return part === 0 ? <span class="muted">0</span> : <span class="badge badge-bad">{share(part, of)}</span>;
}

function share(part: number, of: number): string {
  if (part === 0 || of === 0) return '0 %';
  const percent = (100 * part) / of;
  return percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

function stepLabel(time: number, range: keyof typeof RANGES): string {
  const date = new Date(time);
  if (range === 'month') return date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  if (range === 'week') return shortTime(time);
  return date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
