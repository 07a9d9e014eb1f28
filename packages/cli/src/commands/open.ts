import { spawn } from 'node:child_process';
import { isApiError } from 'giantswarm';
import { type ConnectionOptions, callOptions, connect, explain } from '../connection.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface OpenOptions extends ConnectionOptions {
  readonly print?: boolean;
  readonly json?: boolean;
}

/** Prints the console's address, and at a terminal opens it in the browser. */
export async function openConsole(options: OpenOptions, io: Io): Promise<void> {
  const { endpoint, client } = await connect(options, io);
  const url = `${endpoint}/console/`;
  const { xRequestID, xGiantSwarmActivity } = callOptions('open');
  const headers = { 'X-Request-ID': xRequestID, 'X-Giant-Swarm-Activity': xGiantSwarmActivity };
  await client
    .callApi('/console/', 'GET', {}, {}, headers, {}, null, [], ['application/json'], ['text/html'], 'String')
    .catch((error: unknown) => {
      if (!isApiError(error) || error.status !== 404) throw explain(error, endpoint);
      throw new CommandError(EXIT.failed, `${endpoint} has no console.`, {
        hint: 'guardbee --help: the command line does the same.',
      });
    });
  io.out(options.json ? JSON.stringify({ url }) : url);
  if (io.interactive && !options.print && !options.json) browse(url, io);
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // The empty word is the window's title.
  win32: ['cmd', '/c', 'start', ''],
};

/** `url` is an origin and a path of ours: there is nothing in it that a shell could run. */
function browse(url: string, io: Io): void {
  const [command = 'xdg-open', ...args] = OPENERS[process.platform] ?? [];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => io.err('No browser could be started here: open the address by hand.'));
  child.unref();
}
