import { configDirectory, type KnownEndpoint, readCredentials, updateCredentials } from '../credentials.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { forgetToken } from '../kept-token.ts';
import { knownAddressOf, withoutEndpoint, withSelected } from '../known-endpoints.ts';
import { table } from '../table.ts';

export interface EndpointsOptions {
  readonly json?: boolean;
}

/** The services known here, and who is logged in there; never the tokens. */
export async function listEndpoints(options: EndpointsOptions, io: Io): Promise<void> {
  const { selected, endpoints } = readCredentials(configDirectory(io.env));
  const all = Object.entries(endpoints).map(([endpoint, { alias, account, accounts }]) => ({
    endpoint,
    alias: alias ?? null,
    selected: endpoint === selected,
    account: account ?? null,
    accounts: Object.keys(accounts),
  }));
  if (options.json) return io.out(JSON.stringify(all));
  if (all.length === 0) return io.err('No service is known here yet. Try: guardbee login');
  const rows = all.map(({ endpoint, alias, selected: inUse, account, accounts }) => [
    inUse ? '*' : '',
    alias ?? '-',
    endpoint,
    account ?? '-',
    accounts.filter((other) => other !== account).join(', '),
  ]);
  io.out(table(['', 'ALIAS', 'ENDPOINT', 'ACCOUNT', 'OTHERS'], rows));
}

/** Makes an endpoint, and with `account` one of its accounts, what commands use. */
export async function selectEndpoint(
  options: EndpointsOptions & { endpoint: string; account?: string },
  io: Io,
): Promise<void> {
  let selected = '';
  updateCredentials(configDirectory(io.env), (now) => {
    selected = knownAddressOf(options.endpoint, now);
    return withSelected(now, selected, options.account);
  });
  io.out(options.json ? JSON.stringify({ endpoint: selected }) : `Commands use ${selected} from now on.`);
}

/** Forgets an endpoint. Sessions that nobody knows of any more would live on: they have to be ended before. */
export async function removeEndpoint(
  options: EndpointsOptions & { endpoint: string; force?: boolean },
  io: Io,
): Promise<void> {
  let removed = '';
  let accounts: KnownEndpoint['accounts'] = {};
  updateCredentials(configDirectory(io.env), (now) => {
    removed = knownAddressOf(options.endpoint, now);
    accounts = now.endpoints[removed]?.accounts ?? {};
    const sessions = Object.keys(accounts).length;
    if (sessions > 0 && !options.force) {
      throw new CommandError(EXIT.failed, `There are sessions at ${removed}, which would live on unseen.`, {
        hint: `guardbee logout --all -e ${removed}`,
      });
    }
    return withoutEndpoint(now, removed);
  });
  for (const [email, account] of Object.entries(accounts)) await forgetToken(removed, email, account, io);
  io.out(options.json ? JSON.stringify({ endpoint: removed }) : `Forgot ${removed}.`);
}
