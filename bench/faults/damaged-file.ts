import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTarget, withFolder } from '../processes.ts';
import { logIn } from './ask.ts';
import { type Fault, Findings } from './fault.ts';
import { serveCommand } from './services.ts';
import { startOnce } from './starts.ts';

const PAGE = 4_096;

/** A random page of the database is overwritten with noise, or the file is cut off at a random place. */
export const damagedFile: Fault = {
  name: 'damaged database file',
  promise: 'the start is refused with the reason, and the file is left as it is',
  trials: 50,
  run: (trials) =>
    withFolder(async (folder) => {
      const found = new Findings();
      const sound = join(folder, 'sound');
      const service = await startTarget(serveCommand(sound), undefined);
      for (let n = 0; n < 20; n += 1) await logIn(service.url);
      await service.stop();
      const pages = Math.floor(readFileSync(join(sound, 'guardbee.db')).length / PAGE);
      for (let trial = 0; trial < trials; trial += 1) {
        const dataDir = join(folder, 'damaged');
        cpSync(sound, dataDir, { recursive: true });
        const file = join(dataDir, 'guardbee.db');
        const page = 1 + Math.floor(Math.random() * (pages - 1));
        if (trial % 2 === 0) {
          const bytes = readFileSync(file);
          bytes.fill(0xa5, page * PAGE, (page + 1) * PAGE);
          writeFileSync(file, bytes);
        } else truncateSync(file, page * PAGE - Math.floor(Math.random() * PAGE));
        const before = readFileSync(file);
        const { code, output } = await startOnce(serveCommand(dataDir));
        found.expect(code === 1, `page ${page}: the start ended with ${code}: ${output}`);
        found.expect(
          /guardbee\.db.*(damaged|not a database)/.test(output),
          `page ${page}: it said ${output}`,
        );
        found.expect(before.equals(readFileSync(file)), `page ${page}: the file was changed`);
        found.note('page', page);
        rmSync(dataDir, { recursive: true });
      }
      return found.outcome(`of ${pages}`);
    }),
};
