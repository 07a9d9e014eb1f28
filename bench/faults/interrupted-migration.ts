import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createDatabase } from '../../packages/server/src/storage/sqlite/create-database.ts';
import { migrate, schemaVersion } from '../../packages/server/src/storage/sqlite/migrate.ts';
import { migrations } from '../../packages/server/src/storage/sqlite/migrations/index.ts';
import { startTarget, withFolder } from '../processes.ts';
import { logIn, verify } from './ask.ts';
import { type Fault, Findings } from './fault.ts';
import { needs, serveCommand } from './services.ts';
import { startOnce } from './starts.ts';

/** A start on an older schema is killed at its n-th write to the disk, n counting up until it gets through; then started again. */
export const interruptedMigration: Fault = {
  name: 'migration killed at each of its writes',
  promise: 'each step is there whole or not at all, and the next start completes it',
  trials: 60,
  run: (trials) =>
    withFolder(async (folder) => {
      needs('strace', 'strace');
      const found = new Findings();
      const finished = schemaOf(build(join(folder, 'finished'), migrations.length));
      let version = 0;
      let at = 1;
      for (let trial = 0; trial < trials; trial += 1) {
        const dataDir = join(folder, 'data');
        const file = build(dataDir, version);
        const kill = [
          // With a file for its output it would hear no signal: a start that gets through could never be stopped.
          '-I',
          '2',
          '-f',
          '-o',
          '/dev/null',
          '-e',
          'trace=pwrite64',
          '-e',
          `inject=pwrite64:signal=KILL:when=${at}`,
        ];
        const { signal, code } = await startOnce(['strace', ...kill, ...serveCommand(dataDir)]);
        const isKilled = signal === 'SIGKILL' || code === 137;
        if (isKilled) {
          const steps = versionOf(file);
          found.expect(
            schemaOf(file) === schemaOf(build(join(folder, 'like'), steps)),
            `killed at write ${at} from version ${version}: half of a step is there`,
          );
          rmSync(join(folder, 'like'), { recursive: true });
        }
        const service = await startTarget(serveCommand(dataDir), undefined);
        found.expect(
          schemaOf(file) === finished,
          `killed at write ${at} from version ${version}: not the whole schema`,
        );
        const token = await logIn(service.url);
        found.expect((await verify(service.url, token)).status === 200, 'a token does not verify afterwards');
        await service.stop();
        rmSync(dataDir, { recursive: true });
        found.note('killed at write', at);
        // Through a migration, and well into what a start writes after it: then the next version.
        if (isKilled && at < 60) at += Math.max(1, Math.floor(240 / trials));
        else [version, at] = [(version + 1) % migrations.length, 1];
      }
      return found.outcome('');
    }),
};

/** A database as the version with so many migrations left it. */
function build(dataDir: string, version: number): string {
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 });
  // Nobody has a database without its keys.
  writeFileSync(join(dataDir, 'keys/digest-keys'), `k1:${Buffer.alloc(32, 1).toString('base64')}\n`, {
    mode: 0o600,
  });
  const file = join(dataDir, 'guardbee.db');
  createDatabase(file);
  migrate(file, migrations.slice(0, version));
  return file;
}

function versionOf(file: string): number {
  const db = new DatabaseSync(file);
  try {
    return schemaVersion(db);
  } finally {
    db.close();
  }
}

function schemaOf(file: string): string {
  const db = new DatabaseSync(file);
  try {
    return JSON.stringify(db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all());
  } finally {
    db.close();
  }
}
