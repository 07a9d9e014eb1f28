/**
 * `npm run bench`: measures and prints the table of figures, each one a ratio to a bare limit taken in the same run, in
 * turn; the median of the rounds, and the lowest and highest. With names as arguments only those measurements.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { measure as clientCall } from './client-call.ts';
import { cluster } from './cluster.ts';
import { flood, logins } from './logins.ts';
import { logouts } from './logouts.ts';
import type { Figure } from './measure.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';
import { verification } from './verification.ts';
import { workers } from './workers.ts';

const measurements: Record<string, () => Promise<Figure[]>> = {
  verification,
  logins,
  flood,
  logouts,
  start,
  workers,
  scale,
  cluster,
  client: async () => {
    const { ratio, lowerQuartile, upperQuartile, clientMicroseconds, fetchMicroseconds } = await clientCall();
    return [
      {
        what: 'JavaScript client: call ÷ bare `fetch`, CPU',
        goal: '≤ 1.3',
        reached: `${ratio.toFixed(2)} (quartiles ${lowerQuartile.toFixed(2)}–${upperQuartile.toFixed(2)})`,
        note: `${clientMicroseconds.toFixed(0)} µs ÷ ${fetchMicroseconds.toFixed(0)} µs`,
      },
    ];
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in measurements));
if (unknown.length > 0) throw new Error(`known measurements: ${Object.keys(measurements).join(', ')}`);

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, commit ${commit}\n`,
);
console.log('| what | goal | reached: median (lowest–highest) | |\n|---|---|---|---|');
for (const [name, measure] of Object.entries(measurements)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const { what, goal, reached, note = '' } of await measure())
    console.log(`| ${what} | ${goal} | ${reached} | ${note} |`);
}
