/** The bare server by several processes, with nothing but node:cluster between them and the socket. */
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';

if (cluster.isPrimary) {
  // They share one port, and each of them prints it.
  for (let count = Number(process.env.BARE_WORKERS ?? availableParallelism()); count > 0; count -= 1)
    cluster.fork();
} else {
  await import('./bare-http.ts');
}
