import { InfoApi, type V4Status } from 'giantswarm';
import { useEffect, useState } from 'preact/hooks';
import { client } from '../lib/api.ts';
import { duration, fromNow } from '../lib/times.ts';
import { Chart } from '../ui/chart.tsx';
import { Failure, Loading, PageHead } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { Tiles } from '../ui/tiles.tsx';

const EVERY = 5_000;
/** A rate needs two looks: the second one comes soon. */
const SOON = 1_000;
/** Ten minutes. */
const MOST = 120;

const info = new InfoApi(client);

/** How the service is doing, looked at again every few seconds while the page is seen. */
export default function Health() {
  const [seen, setSeen] = useState<readonly V4Status[]>([]);
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let looks = 0;
    const controller = new AbortController();
    async function look(): Promise<void> {
      if (document.visibilityState === 'visible') {
        // Without an activity's name: looking on is not one.
        const status = await info
          .getStatus({ signal: controller.signal, timeout: 10_000 })
          .catch((thrown) => {
            if (!controller.signal.aborted) setError(thrown);
          });
        if (controller.signal.aborted) return;
        if (status) {
          setError(undefined);
          setSeen((old) => [...old, status].slice(-MOST));
        }
      }
      looks += 1;
      timer = setTimeout(look, looks === 1 ? SOON : EVERY);
    }
    void look();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [round]);

  const latest = seen.at(-1);
  // Counts begin anew with a process, and where there are several each answers for itself.
  const ofOne = seen.filter(
    ({ started, process }) => started === latest?.started && process === latest?.process,
  );
  return (
    <>
      <PageHead
        title="Service health"
        lead="Of the process that answers, since its start; it is looked at every 5 seconds."
      />
      {error !== undefined && <Failure error={error} retry={() => setRound((count) => count + 1)} />}
      {latest === undefined ? (
        error === undefined && <Loading rows={6} />
      ) : (
        <Figures seen={ofOne} latest={latest} />
      )}
    </>
  );
}

function Figures({ seen, latest }: { seen: readonly V4Status[]; latest: V4Status }) {
  const { logins = {}, verifications = {}, logouts = {} } = latest;
  const rates = seen.slice(1).map((status, index) => ratesBetween(seen[index] ?? status, status));
  const now = rates.at(-1);
  return (
    <>
      <Tiles
        tiles={[
          {
            label: 'State',
            value: latest.ready ? 'Ready' : 'Not ready',
            note: `Version ${latest.version}, started ${fromNow(String(latest.started))}, process ${latest.process}`,
            tone: latest.ready ? 'good' : 'bad',
          },
          {
            label: 'Verifications',
            value: now === undefined ? '…' : `${now.verified.toFixed(1)} / s`,
            note: `${(verifications.accepted ?? 0).toLocaleString()} accepted, ${(verifications.refused ?? 0).toLocaleString()} refused`,
          },
          {
            label: 'Hash queue',
            value: latest.hash_queue_waiting ?? 0,
            note: `${(latest.password_hashes ?? 0).toLocaleString()} passwords hashed`,
            ...((latest.hash_queue_waiting ?? 0) > 50 ? { tone: 'bad' as const } : {}),
          },
          {
            label: 'In memory',
            value: (latest.tokens_remembered ?? 0).toLocaleString(),
            note: `tokens; ${(latest.token_reads ?? 0).toLocaleString()} were read from the database`,
          },
        ]}
      />
      {latest.cluster && <Nodes cluster={latest.cluster as unknown as ClusterFigures} />}
      <div class="charts">
        <section class="card" aria-label="Verifications a second">
          <h2>Verifications a second</h2>
          <RateChart
            rates={rates}
            says="Verifications a second in the last ten minutes."
            series={[
              ['Accepted', '--chart-good', 'verified'],
              ['Refused', '--chart-bad', 'refused'],
            ]}
          />
        </section>
        <section class="card" aria-label="Logins a minute">
          <h2>Logins a minute</h2>
          <RateChart
            rates={rates}
            says="Logins a minute in the last ten minutes."
            series={[
              ['Succeeded', '--chart-good', 'logins'],
              ['Refused or throttled', '--chart-bad', 'loginsRefused'],
            ]}
          />
        </section>
      </div>
      <section class="section">
        <div class="section-head">
          <h2>Since the start</h2>
        </div>
        <Table
          caption="Since the start"
          rows={[
            ['Logins that succeeded', logins.succeeded],
            ['Logins refused: a wrong password, or no such account', logins.refused],
            ['Logins throttled: too many wrong passwords before', logins.throttled],
            ['Logins not answered: overloaded, or the database away', logins.unavailable],
            ['Logouts', logouts.succeeded],
            ['Requests too many to be kept one by one', latest.request_records_dropped],
          ]}
          keyOf={([label]) => String(label)}
          columns={[
            { title: 'What', kind: 'main', cell: ([label]) => label },
            { title: 'Count', kind: 'number', cell: ([, count]) => Number(count ?? 0).toLocaleString() },
          ]}
        />
      </section>
    </>
  );
}

interface ClusterFigures {
  readonly nodes: number;
  readonly lease_age_ms: number | null;
  readonly revocation_bound_ms: number;
  readonly waits: Readonly<Record<'applied' | 'expired' | 'unknown', number>>;
}

/** This node among the others of its database. */
function Nodes({
  cluster: { nodes, lease_age_ms: age, revocation_bound_ms: bound, waits },
}: {
  cluster: ClusterFigures;
}) {
  return (
    <Tiles
      tiles={[
        { label: 'Nodes', value: nodes, note: 'that answer from memory, this one included' },
        {
          label: 'Lease',
          value: age === null ? 'None' : duration(age),
          note:
            age === null
              ? 'each verification asks the database'
              : 'since this node looked at what has changed',
          ...(age === null ? { tone: 'bad' as const } : {}),
        },
        {
          label: 'A revocation holds within',
          value: duration(bound),
          note: 'on every node, whatever has failed',
        },
        {
          label: 'Waits for other nodes',
          value: (waits.applied + waits.expired + waits.unknown).toLocaleString(),
          note: `${waits.expired} for a lease to run out, ${waits.unknown} not found out`,
        },
      ]}
    />
  );
}

interface Rates {
  readonly time: string;
  /** A second. */
  readonly verified: number;
  readonly refused: number;
  /** A minute. */
  readonly logins: number;
  readonly loginsRefused: number;
}

function ratesBetween(before: V4Status, after: V4Status): Rates {
  const seconds = Math.max(1, (Date.parse(String(after.time)) - Date.parse(String(before.time))) / 1000);
  const grown = (of: (status: V4Status) => number | undefined) =>
    Math.max(0, ((of(after) ?? 0) - (of(before) ?? 0)) / seconds);
  return {
    time: new Date(String(after.time)).toLocaleTimeString(),
    verified: grown(({ verifications }) => verifications?.accepted),
    refused: grown(({ verifications }) => verifications?.refused),
    logins: 60 * grown(({ logins }) => logins?.succeeded),
    loginsRefused: 60 * grown(({ logins }) => (logins?.refused ?? 0) + (logins?.throttled ?? 0)),
  };
}

function RateChart({
  rates,
  series,
  says,
}: {
  rates: readonly Rates[];
  says: string;
  series: readonly (readonly [label: string, colour: string, key: Exclude<keyof Rates, 'time'>])[];
}) {
  return (
    <Chart
      kind="lines"
      says={says}
      labels={rates.map(({ time }) => time)}
      series={series.map(([label, colour, key]) => ({
        label,
        colour,
        values: rates.map((rate) => Math.round(rate[key] * 10) / 10),
      }))}
    />
  );
}
