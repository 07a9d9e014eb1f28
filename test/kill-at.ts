import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

/**
 * Loaded into a command by NODE_OPTIONS: ends it as `kill -9` does, in front of one of its steps on the disk or in a database.
 * KILL_AT says which, from 0 on; a number that isn't reached lets it finish.
 */
let left = Number(process.env.KILL_AT);

function step(): void {
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  left -= 1;
}

for (const name of ['linkSync', 'renameSync', 'rmSync', 'fsyncSync'] as const) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
    step();
    return real(...args);
  };
}
syncBuiltinESMExports();

/** What makes a difference when it has not happened. */
const TELLING = /COMMIT|RENAME|LOCK TABLE|BEGIN IMMEDIATE|(CREATE|DROP) TABLE guardbee_move|UPDATE changes/;

const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function (sql) {
  if (TELLING.test(sql)) step();
  return exec.call(this, sql);
};

type Query = (...args: unknown[]) => unknown;
const pg = createRequire(new URL('../packages/server/src/index.ts', import.meta.url))('pg');
const { prototype } = pg.Client as { prototype: { query: Query } };
const query = prototype.query;
prototype.query = function (this: unknown, ...args) {
  const text = typeof args[0] === 'string' ? args[0] : (args[0] as { text?: string } | undefined)?.text;
  if (text !== undefined && TELLING.test(text)) step();
  return query.apply(this, args);
};
