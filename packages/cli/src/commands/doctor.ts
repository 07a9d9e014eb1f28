import { type Connection, type ConnectionOptions, connect } from '../connection.ts';
import { examineService } from '../examine-service.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Finding } from '../finding.ts';
import type { Colour, Io } from '../io.ts';
import { table } from '../table.ts';

export interface DoctorOptions extends ConnectionOptions {
  readonly offline?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
  /** Of this command. */
  readonly version: string;
}

/** Looks at a deployment, says what is wrong and how to mend it, and changes nothing. */
export async function doctor(options: DoctorOptions, io: Io): Promise<void> {
  const findings = options.offline
    ? await offline(options, io)
    : await examineService(await connectFor(options, io), options.version);
  io.out(options.json ? JSON.stringify(findings) : show(findings, io));
  const count = findings.filter(({ state }) => state === 'wrong').length;
  if (count === 0) return;
  const what = count === 1 ? 'One thing is wrong' : `${count} things are wrong`;
  throw new CommandError(EXIT.failed, `${what}.`);
}

function connectFor(options: DoctorOptions, io: Io): Promise<Connection> {
  if (options.dataDir !== undefined) throw new CommandError(EXIT.usage, '--data-dir goes with --offline.');
  return connect(options, io);
}

async function offline({ dataDir }: DoctorOptions, io: Io): Promise<Finding[]> {
  const [{ readConfig }, { examineDataDirectory }] = await Promise.all([
    import('@guardbee/server'),
    import('../examine-data-directory.ts'),
  ]);
  return examineDataDirectory(readConfig(io.env, dataDir === undefined ? {} : { dataDir }));
}

const COLOURS: Readonly<Record<string, Colour>> = { fine: 'green', warning: 'yellow', wrong: 'red' };

function show(findings: readonly Finding[], io: Io): string {
  const rows = findings.map(({ state, about, what }) => [state, about, what]);
  const overview = table(['STATE', 'ABOUT', 'WHAT WAS FOUND'], rows, (cell, column) => {
    const colour = column === 0 ? COLOURS[cell.trim()] : undefined;
    return colour === undefined ? cell : io.paint(colour, cell);
  });
  const fixes = findings.flatMap(({ about, fix }) => (fix === undefined ? [] : [[about, fix]]));
  return fixes.length === 0 ? overview : `${overview}\n\n${table(['ABOUT', 'WHAT TO DO'], fixes)}`;
}
