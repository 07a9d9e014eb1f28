import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Fault, Findings } from './fault.ts';
import { withService } from './services.ts';
import { whileWritesFail } from './writes-fail.ts';

/** Another program takes the database's write lock and keeps it. */
export const foreignLock: Fault = {
  name: 'database locked by another program',
  promise:
    'writes get 503 within 2 s and have not happened, verification goes on; back when the lock is gone',
  trials: 20,
  async run(trials) {
    const found = new Findings();
    await withService(async ({ url, dataDir }) => {
      const other = new DatabaseSync(join(dataDir, 'guardbee.db'), { timeout: 5_000 });
      for (let trial = 0; trial < trials; trial += 1)
        await whileWritesFail(url, found, async () => {
          other.exec('BEGIN IMMEDIATE');
          return { mend: async () => other.exec('ROLLBACK') };
        });
      other.close();
    });
    return found.outcome();
  },
};
