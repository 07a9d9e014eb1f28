import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type Clock, systemClock } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { type Service, startService } from '../src/serve.ts';
import type { Flags } from '../src/settings.ts';

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };

/** A real service on a real database in a folder of its own, on a free port. */
export interface TestService extends Service {
  readonly dataDir: string;
  readonly clock: { advance(ms: number): void };
  /** Everything it has logged. */
  log(): string;
}

export async function startTestService(
  env: Record<string, string> = {},
  dataDir: string = mkdtempSync(join(tmpdir(), 'guardbee-')),
  level = 'trace',
  flags: Flags = {},
): Promise<TestService> {
  let lines = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines += chunk;
      done();
    },
  });
  const config = readConfig(
    {
      GUARDBEE_LISTEN: '127.0.0.1:0',
      GUARDBEE_DATA_DIR: dataDir,
      GUARDBEE_ADMIN_EMAIL: ADMIN.email,
      GUARDBEE_ADMIN_PASSWORD: ADMIN.password,
      GUARDBEE_INSTALLATION_NAME: 'test',
      ...env,
    },
    flags,
  );
  let ahead = 0;
  const clock: Clock = systemClock(() => Date.now() + ahead);
  const service = await startService(config, { logger: pino({ level }, sink), clock });
  return {
    ...service,
    dataDir,
    clock: {
      advance(ms) {
        ahead += ms;
      },
    },
    log: () => lines,
    async close() {
      await service.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
