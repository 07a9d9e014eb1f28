import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster, ClusterNode } from './cluster.ts';
import type { Fault } from './faults.ts';
import type { Call } from './history.ts';

/** A token that every node knows by heart ends at one of them, while all are asked about it, and afterwards too. */
export async function healthyTrial(cluster: Cluster, n: number): Promise<void> {
  const { nodes } = cluster;
  const token = await cluster.mint();
  const warm = await Promise.all(nodes.map((node) => cluster.verify(node, token)));
  for (const { status, node } of warm)
    if (status !== 200) throw new Error(`a new token got ${status} at ${node}`);
  const at = nodes[n % nodes.length] as ClusterNode;
  const meanwhile = nodes.map((node) => cluster.verify(node, token));
  const { status } = await cluster.logOut(at, token);
  if (status !== 200) throw new Error(`a logout got ${status}`);
  await Promise.all(nodes.map((node) => cluster.verify(node, token)));
  await Promise.all(meanwhile);
}

/** How long all nodes go on being asked after a logout: longer than any lease. */
const afterwards = 700;

/**
 * Some tokens that every node knows by heart end while something is wrong, all nodes being asked about them all the time.
 * Answers with the logouts.
 */
export async function faultyTrial(cluster: Cluster, fault: Fault, n: number, tokens = 3): Promise<Call[]> {
  const { nodes } = cluster;
  const victim = nodes[n % nodes.length] as ClusterNode;
  const known = await Promise.all(Array.from({ length: tokens }, () => cluster.mint()));
  for (const token of known)
    for (const node of nodes) {
      // Twice: the second answer is from memory.
      await untilAccepted(cluster, node, token);
      await cluster.verify(node, token);
    }
  const [shortest, longest] = fault.lasts;
  const lasts = shortest + (longest - shortest) * Math.random() ** 3;
  const asked: Promise<Call>[] = [];
  let isOver = false;
  const asking = known.map(async (token) => {
    while (!isOver) {
      for (const node of nodes) asked.push(cluster.verify(node, token));
      await wait(15 + Math.random() * 10);
    }
  });
  // Some logouts are under way when it begins.
  const began = performance.now();
  const beginning = wait(Math.random() * 200).then(() => fault.begin(cluster, victim));
  const ending = beginning.then(async (end) => {
    await wait(lasts);
    await end();
  });
  const logouts = known.map(async (token, m) => {
    const others = fault.isDeaf ? nodes.filter((node) => node !== victim) : nodes;
    await wait(Math.random() * 300);
    return cluster.logOut(others[(n + m) % others.length] as ClusterNode, token);
  });
  const done = await Promise.all(logouts);
  await ending;
  await wait(Math.max(afterwards, began + afterwards - performance.now()));
  isOver = true;
  await Promise.all(asking);
  await Promise.all(asked);
  return done;
}

/** A node that is coming back may not be able to tell for a moment. */
async function untilAccepted(cluster: Cluster, node: ClusterNode, token: string): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await wait(20)) {
    const { status } = await cluster.verify(node, token);
    if (status === 200) return;
    if (status === 401) throw new Error(`a new token was refused at ${node.name}`);
  }
  throw new Error(`${node.name} does not come back: ${node.service.stderr()}`);
}

/** Runs `count` trials, so many at once. */
export async function inLanes(
  lanes: number,
  count: number,
  trial: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await trial(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
