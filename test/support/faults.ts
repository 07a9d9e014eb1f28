import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster, ClusterNode } from './cluster.ts';

/** Something that goes wrong while people log out. */
export interface Fault {
  readonly name: string;
  /** Begins it and answers with its end, which is called after a while and resolves when everything is well again. */
  begin(cluster: Cluster, victim: ClusterNode): Promise<() => Promise<void>>;
  /** How long it lasts, in milliseconds; of a range any, the short ones as often as the long ones. */
  readonly lasts: readonly [number, number];
  /** The victim can't be spoken to meanwhile. */
  readonly isDeaf?: boolean;
  /** A trial takes seconds: a short run has one. */
  readonly isSlow?: boolean;
}

const bell = "application_name = 'guardbee cluster'";

/** @param patience The longest pause and the longest open transaction, in milliseconds. */
export function faults(patience: { readonly pause: number; readonly open: number }): readonly Fault[] {
  return [
    {
      name: 'a node is paused (SIGSTOP)',
      lasts: [100, patience.pause],
      isDeaf: true,
      async begin(_cluster, { service }) {
        service.process.kill('SIGSTOP');
        return async () => void service.process.kill('SIGCONT');
      },
    },
    {
      name: 'the database is a black hole for one node',
      isSlow: true,
      lasts: [300, 3_000],
      async begin(_cluster, { way }) {
        way.swallow(true);
        return async () => way.swallow(false);
      },
    },
    {
      name: 'the way back from the database takes 300 to 450 ms for one node',
      isSlow: true,
      lasts: [1_500, 2_500],
      async begin(_cluster, { way }) {
        way.delay(300 + Math.random() * 150);
        // A look that was sent before is not late.
        await wait(Math.random() * 400);
        return async () => way.delay(0);
      },
    },
    {
      name: 'a node is killed (SIGKILL) and started again',
      isSlow: true,
      lasts: [0, 800],
      isDeaf: true,
      async begin(_cluster, node) {
        await node.service.stop('SIGKILL');
        return () => node.restart();
      },
    },
    ...(['fast', 'immediate'] as const).map(
      (how): Fault => ({
        name: `PostgreSQL is stopped (${how}) and started again`,
        isSlow: true,
        lasts: [0, 1_500],
        async begin({ server }) {
          await server.stop(how);
          return () => server.start();
        },
      }),
    ),
    {
      name: 'the connection that listens is cut',
      lasts: [0, 600],
      async begin({ server, database }) {
        const oneOrAll = Math.random() < 0.5 ? 'LIMIT 1' : '';
        await server.sql(
          database,
          `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE ${bell} ORDER BY random() ${oneOrAll}) AS cut`,
        );
        return async () => {};
      },
    },
    {
      name: 'a transaction stays open',
      lasts: [500, patience.open],
      async begin({ server, database }) {
        const client = await server.connect(database);
        await client.query("BEGIN; INSERT INTO changes (user_id) VALUES ('nobody')");
        return async () => {
          await client.query('COMMIT');
          await client.end();
        };
      },
    },
    {
      name: 'a node leaves and another joins',
      isSlow: true,
      lasts: [0, 800],
      isDeaf: true,
      async begin(_cluster, node) {
        await node.service.stop('SIGTERM');
        return () => node.restart();
      },
    },
  ];
}
