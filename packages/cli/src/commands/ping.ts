import { askRoot } from '../ask-root.ts';
import { type ConnectionOptions, callOptions, connect } from '../connection.ts';
import type { Io } from '../io.ts';

export interface PingOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** Whether the service answers, and not somebody else in its place; and how fast. */
export async function ping(options: PingOptions, io: Io): Promise<void> {
  const { endpoint, client, call } = await connect(options, io);
  const start = performance.now();
  await call(askRoot(client, callOptions('ping')));
  const ms = Math.ceil(performance.now() - start);
  io.out(options.json ? JSON.stringify({ endpoint, ms }) : `${endpoint} answers, in ${ms} ms.`);
}
