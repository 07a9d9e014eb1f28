import { parse, YAMLParseError } from 'yaml';
import { CommandError, EXIT } from './exit-codes.ts';

/** What a `gsctl` config file (`~/.config/gsctl/config.yaml`) knows of one endpoint. */
interface GsctlEndpoint {
  /** As it stands there, like `https://api.example.com`. */
  readonly address: string;
  readonly alias: string | undefined;
  /** Undefined: nobody is logged in, or by single sign-on, whose tokens are somebody else's. */
  readonly session: { readonly email: string; readonly token: string } | undefined;
}

export interface GsctlConfig {
  readonly endpoints: readonly GsctlEndpoint[];
  readonly selected: string | undefined;
}

/** Throws `CommandError`, which never quotes the file: it holds tokens. */
export function parseGsctlConfig(text: string, file: string): GsctlConfig {
  let config: unknown;
  try {
    config = parse(text, { logLevel: 'error' });
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    const where = line === undefined ? '' : ` in line ${line}`;
    throw new CommandError(EXIT.failed, `${file} is not YAML${where}.`);
  }
  const { endpoints, selected_endpoint: selected } = fields(config);
  if (typeof endpoints !== 'object' || endpoints === null) {
    throw new CommandError(EXIT.failed, `${file} has no endpoints in it.`);
  }
  return {
    endpoints: Object.entries(endpoints).map(([address, value]) => toEndpoint(address, fields(value))),
    selected: textOf(selected),
  };
}

function toEndpoint(address: string, value: Readonly<Record<string, unknown>>): GsctlEndpoint {
  const [email, token, scheme] = [textOf(value.email), textOf(value.token), textOf(value.auth_scheme)];
  const isOurs = scheme === undefined || scheme.toLowerCase() === 'giantswarm';
  const session = isOurs && email !== undefined && token !== undefined ? { email, token } : undefined;
  return { address, alias: textOf(value.alias), session };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
