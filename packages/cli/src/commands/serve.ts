import cluster from 'node:cluster';
import { setFlagsFromString } from 'node:v8';
import {
  ConfigError,
  createLog,
  DigestKeysError,
  type Flags,
  type Log,
  linkToPrimary,
  readConfig,
  type Service,
  SLOT,
  StoreUnavailable,
  StoreUnusable,
  startService,
} from '@guardbee/server';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

/** Runs the service until it is told to stop. */
export async function serve(flags: Flags, io: Io): Promise<void> {
  try {
    await run(flags, io);
  } finally {
    // What ties a worker to the process that started it would keep it alive.
    if (cluster.isWorker) process.disconnect();
  }
}

async function run(flags: Flags, io: Io): Promise<void> {
  // Before anything is opened: whoever has read where it listens may stop it at once, and process 1 of a container
  // has no other way to end.
  const told = untilTold();
  const { service, log } = await start(flags, io);
  keepHeapSmall();
  process.on('SIGHUP', () => {
    service.reload();
    reloadLogLevel(flags, io, log);
  });
  if (!cluster.isWorker) greet(service, io);
  await told;
  await service.close();
  await log.end();
}

/**
 * What a request leaves behind dies young. Unasked, V8 lets the space for it grow to 48 MiB and never shrink, and collects the rest so late
 * that a flood of logins leaves 150 MiB of garbage. Said after the start: Node's own modules are compiled anew, and not taken from its cache,
 * once a flag was changed.
 */
function keepHeapSmall(): void {
  for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=30']) setFlagsFromString(flag);
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** Of the settings, the log level alone can be changed without a start; certificates are read anew by the service. */
function reloadLogLevel(flags: Flags, io: Io, { logger }: Log): void {
  try {
    logger.level = readConfig(io.env, flags).logLevel;
  } catch (error) {
    logger.error({ cause: (error as Error).message }, 'the settings cannot be used; nothing has changed');
  }
}

async function start(flags: Flags, io: Io): Promise<{ service: Service; log: Log }> {
  let log: Log | undefined;
  try {
    const config = readConfig(io.env, flags);
    log = createLog(config.logLevel);
    const { logger } = log;
    const slot = cluster.isWorker ? io.env[SLOT] : undefined;
    const worker = slot === undefined ? undefined : linkToPrimary(Number(slot));
    return { service: await startService(config, { logger, worker }), log };
  } catch (error) {
    await log?.end();
    if (error instanceof ConfigError) throw error;
    const known =
      error instanceof StoreUnusable || error instanceof StoreUnavailable || error instanceof DigestKeysError;
    if (known || (error as NodeJS.ErrnoException).syscall !== undefined) {
      throw new CommandError(EXIT.failed, `The service cannot start: ${(error as Error).message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** The exact next lines to type; on stdout, since they are what the start is for. */
function greet({ url, firstAdministrator }: Service, io: Io): void {
  io.out(`\nGuardbee listens on ${url}`);
  if (firstAdministrator === undefined) return;
  const { email, generatedPassword } = firstAdministrator;
  io.out(`\nThe first administrator has been created:\n\n  e-mail    ${email}`);
  if (generatedPassword !== undefined) io.out(`  password  ${generatedPassword}   (shown only now)`);
  const endpoint = url === 'http://127.0.0.1:8420' ? '' : ` -e ${url}`;
  io.out(
    [
      '\nIn a second terminal, in this folder:\n',
      `  npx guardbee login ${email}${endpoint}`,
      '  npx guardbee whoami',
      '  npx guardbee logout',
      '',
    ].join('\n'),
  );
}
