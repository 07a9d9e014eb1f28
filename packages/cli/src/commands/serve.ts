import cluster from 'node:cluster';
import {
  type Config,
  ConfigError,
  createLog,
  DigestKeysError,
  type FirstAdministrator,
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
import { type Greeting, greetingInJson, greetingInWords } from '../greeting.ts';
import { letHeapGrow } from '../heap-size.ts';
import type { Io } from '../io.ts';
import { riskySettings } from '../risky-settings.ts';
import { unknownSettings } from '../unknown-settings.ts';

const PARENT_LOOK_MS = 100;
const LAST_WORDS_MS = 200;

export interface ServeOptions extends Flags {
  readonly json?: boolean;
}

/** Runs the service until it is told to stop. */
export async function serve({ json, ...flags }: ServeOptions, io: Io): Promise<void> {
  try {
    await run(flags, io, json ? greetingInJson(io) : greetingInWords(io));
  } finally {
    // What ties a worker to the process that started it would keep it alive; cut without a word to it, the exit code would be 0.
    cluster.worker?.disconnect();
  }
}

async function run(flags: Flags, io: Io, greeting: Greeting): Promise<void> {
  // Before anything is opened: whoever has read where it listens may stop it at once, and process 1 of a container
  // has no other way to end.
  const told = untilTold(io);
  // Whoever asks for a reload while it starts must not end it: what is read then is new anyway.
  let reload = (): void => {};
  process.on('SIGHUP', () => reload());
  const { service, log, config } = await start(flags, io, greeting.made);
  letHeapGrow();
  reload = () => {
    service.reload();
    reloadLogLevel(flags, io, log);
  };
  if (!cluster.isWorker) greeting.listens(service.url, config);
  await told;
  await service.close();
  await log.end();
  // What doesn't answer, and so could not be closed in time, must not keep the process alive.
  setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
}

function untilTold(io: Io): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    if (isUnderNpm(io) && !cluster.isWorker) whenOrphaned(resolve);
  });
}

/** `npx guardbee serve`, or a script that is nothing but that; not one that starts this in the background and goes on. */
function isUnderNpm({ env }: Io): boolean {
  return /^'?guardbee'?(?:\s[^&|;]*)?$/.test(env.npm_lifecycle_script ?? '') && process.platform !== 'win32';
}

/** npm gives a signal to its shell, which dies of it and says nothing to what it has started: that has another parent then. */
function whenOrphaned(tell: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    tell();
  }, PARENT_LOOK_MS).unref();
}

/** Of the settings, the log level alone can be changed without a start; certificates are read anew by the service. */
function reloadLogLevel(flags: Flags, io: Io, { logger }: Log): void {
  try {
    logger.level = readConfig(io.env, flags).logLevel;
  } catch (error) {
    logger.error({ cause: (error as Error).message }, 'the settings cannot be used; nothing has changed');
  }
}

async function start(
  flags: Flags,
  io: Io,
  onFirstAdministrator: (made: FirstAdministrator) => void,
): Promise<{ service: Service; log: Log; config: Config }> {
  let log: Log | undefined;
  try {
    const config = readConfig(io.env, flags);
    log = createLog(config.logLevel);
    const { logger, dropped: linesDropped } = log;
    // Node's own warnings, and ours of what has no request to be told by, are lines of the log like any other.
    process
      .removeAllListeners('warning')
      .on('warning', ({ name, message }) => logger.warn({ name }, message));
    if (!cluster.isWorker)
      for (const warning of [...unknownSettings(io.env), ...riskySettings(config)]) logger.warn(warning);
    const slot = cluster.isWorker ? io.env[SLOT] : undefined;
    const worker = slot === undefined ? undefined : linkToPrimary(Number(slot));
    return {
      service: await startService(config, { logger, worker, onFirstAdministrator, linesDropped }),
      log,
      config,
    };
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
