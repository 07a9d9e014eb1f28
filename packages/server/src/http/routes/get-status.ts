import { hostname } from 'node:os';
import type { ClusterState } from '../../cluster/join-cluster.ts';
import { databaseReads } from '../../counts.ts';
import { formatTime } from '../../rfc3339.ts';
import { VERSION } from '../../version.ts';
import type { App, Parts } from '../route.ts';
import { replies, Time } from '../schemas.ts';
import { Type } from '../type.ts';

const Count = Type.Integer();

const Cluster = Type.Object({
  nodes: Type.Integer({ description: 'That answer from memory, this one included.' }),
  lease_age_ms: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Since this node last looked at what has changed. Null: it may not answer from memory.',
  }),
  revocation_bound_ms: Type.Integer({
    description: 'After this time no node accepts what was revoked, whatever has failed.',
  }),
  waits: Type.Object(
    { applied: Count, expired: Count, unknown: Count },
    { description: 'Acts that waited for other nodes, by what ended it.' },
  ),
});

const Status = Type.Object(
  {
    version: Type.String(),
    time: Time,
    started: Time,
    ready: Type.Boolean({ description: 'As `/readyz`.' }),
    logins: Type.Object({ succeeded: Count, refused: Count, throttled: Count, unavailable: Count }),
    logouts: Type.Object({ succeeded: Count, unavailable: Count }),
    verifications: Type.Object({ accepted: Count, refused: Count }),
    password_hashes: Type.Integer({ description: 'Computed, for whatever reason.' }),
    hash_queue_waiting: Type.Integer({ description: 'Passwords that wait to be hashed, now.' }),
    token_reads: Type.Integer({ description: 'Verifications that were not remembered.' }),
    tokens_remembered: Type.Integer({ description: 'In memory, now.' }),
    process: Type.String({ description: 'Which one answered: its counts are its own.' }),
    cluster: Type.Union([Cluster, Type.Null()], {
      description: 'Null: no other machine uses this database.',
    }),
    request_records_dropped: Type.Integer({
      description: 'Requests that were too many to be kept one by one.',
    }),
  },
  { title: 'V4Status', description: 'Counts since the start of the process that answers.' },
);

/** `GET /v4/status/`: the figures of `/metrics` that people look at, for administrators, wherever the metrics are. */
export function getStatus(app: App, parts: Parts): void {
  const { clock, counts, hashes, finder, activity, cluster } = parts;
  const started = formatTime(clock.now());
  app.get(
    '/v4/status/',
    {
      schema: {
        operationId: 'getStatus',
        summary: 'How the service is doing',
        description: 'Counts since the start of the process that answers.',
        tags: ['service'],
        response: replies({ 200: Status }, ['PERMISSION_DENIED']),
      },
    },
    async () => {
      const { started: computed, waiting } = hashes.counts();
      const { memory, database, form } = counts.verifications;
      return {
        version: VERSION,
        time: formatTime(clock.now()),
        started,
        ready: await parts.isReady(),
        logins: counts.logins,
        logouts: counts.logouts,
        verifications: {
          accepted: memory.accepted + database.accepted,
          refused: database.refused + form.refused,
        },
        password_hashes: computed,
        hash_queue_waiting: waiting,
        token_reads: databaseReads(counts.verifications),
        tokens_remembered: finder.remembered(),
        process: `${hostname()} ${process.pid}`,
        cluster: cluster === undefined ? null : clusterReply(cluster()),
        request_records_dropped: activity.counts().dropped,
      };
    },
  );
}

function clusterReply({ nodes, leaseAge, bound, waits }: ClusterState) {
  return {
    nodes,
    lease_age_ms: leaseAge === undefined ? null : Math.round(leaseAge),
    revocation_bound_ms: Math.round(bound),
    waits: { ...waits },
  };
}
