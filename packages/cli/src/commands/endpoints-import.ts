import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Credentials, configDirectory, updateCredentials } from '../credentials.ts';
import { parseGsctlConfig } from '../gsctl-config.ts';
import { type Io, readSecretFile } from '../io.ts';
import { keepToken } from '../kept-token.ts';
import { addressOf, withAccount } from '../known-endpoints.ts';
import { visible } from '../visible.ts';

export interface ImportOptions {
  readonly file?: string | undefined;
  readonly json?: boolean;
}

/** Takes over what `gsctl` knows. What is known here already stays as it is. */
export async function importEndpoints(options: ImportOptions, io: Io): Promise<void> {
  const file =
    options.file ?? join(io.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'gsctl/config.yaml');
  const { endpoints, selected } = parseGsctlConfig(readSecretFile(file), file);
  const imported: string[] = [];
  const skipped: string[] = [];
  const taken: { endpoint: string; email: string; token: string }[] = [];
  updateCredentials(configDirectory(io.env), (before) => {
    let now: Credentials = before;
    for (const { address, alias, session } of endpoints) {
      const endpoint = addressOf(address, { endpoints: {} });
      const isNew = !Object.hasOwn(before.endpoints, endpoint) && session !== undefined;
      (isNew ? imported : skipped).push(endpoint);
      if (!isNew) continue;
      const { email, token } = session;
      now = withAccount(now, endpoint, { email, account: { token, imported: true }, alias });
      taken.push({ endpoint, email, token });
    }
    const theirs = selected === undefined ? undefined : addressOf(selected, { endpoints: {} });
    return theirs !== undefined && now.selected === undefined && imported.includes(theirs)
      ? { ...now, selected: theirs }
      : now;
  });
  for (const { endpoint, email, token } of taken) {
    const account = { ...(await keepToken(endpoint, email, token, io)), imported: true as const };
    updateCredentials(configDirectory(io.env), (now) => withAccount(now, endpoint, { email, account }));
  }
  if (options.json) return io.out(JSON.stringify({ imported, skipped }));
  for (const endpoint of imported) io.out(`Took over ${visible(endpoint)}.`);
  for (const endpoint of skipped)
    io.err(`Left out ${visible(endpoint)}: known here already, or nobody is logged in.`);
}
