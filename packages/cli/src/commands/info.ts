import { InfoApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, connectAsUser } from '../connection.ts';
import type { Io } from '../io.ts';
import { lines } from '../table.ts';

export interface InfoOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** What the installation says of itself. */
export async function showInfo(options: InfoOptions, io: Io): Promise<void> {
  const { endpoint, client, call } = await connectAsUser(options, io);
  const info = await call(new InfoApi(client).getInfo(callOptions('info')));
  const { installation_name: name, provider, datacenter } = info.general ?? {};
  const shown = {
    installation: name ?? '-',
    provider: provider ?? '-',
    ...(datacenter === undefined ? {} : { datacenter }),
    endpoint,
  };
  io.out(options.json ? JSON.stringify({ endpoint, ...info }) : lines(shown));
}
