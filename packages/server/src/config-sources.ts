import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One setting, as the table in `config.ts` has it. */
export interface Setting {
  /** The environment variable. */
  readonly key: string;
  /** The flag's name in camelCase. */
  readonly flag?: string;
  readonly default: string;
  readonly allowed: string;
  /** What is never repeated in a message: all of it, or of a URL the password. */
  readonly secret?: 'all' | 'password in URL';
}

/** What somebody has set, and where. */
export interface GivenSetting {
  readonly value: string;
  /** For people: `--listen`, `GUARDBEE_LISTEN`, `/etc/guardbee.yaml`. */
  readonly origin: string;
}

/** A setting that can't be used. The process ends with exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The variable that names the file with settings; it can't stand there itself. */
export const CONFIG_FILE = 'GUARDBEE_CONFIG_FILE';

/**
 * Where each setting comes from: a flag before the environment, the environment before a file named there for a secret
 * (`GUARDBEE_ADMIN_PASSWORD_FILE`), that before the configuration file. Undefined: the default. Throws `ConfigError`.
 */
export function gatherSettings(
  settings: readonly Setting[],
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, unknown>>,
): (setting: Setting) => GivenSetting | undefined {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined;
  const file = text(flags.config) ?? text(environment[CONFIG_FILE]);
  const inFile = file === undefined ? new Map<string, string>() : readConfigFile(file, settings);

  return (setting) => {
    const { key, flag } = setting;
    const byFlag = flag === undefined ? undefined : text(flags[flag]);
    if (flag !== undefined && byFlag !== undefined) return { value: byFlag, origin: `--${kebab(flag)}` };
    const byEnvironment = text(environment[key]);
    const secretFile = setting.secret === undefined ? undefined : text(environment[`${key}_FILE`]);
    if (byEnvironment !== undefined && secretFile !== undefined) {
      throw new ConfigError(`${key} and ${key}_FILE cannot both be set.`);
    }
    if (byEnvironment !== undefined) return { value: byEnvironment, origin: key };
    if (secretFile !== undefined) {
      const value = text(readText(`${key}_FILE`, secretFile).replace(/\r?\n$/, ''));
      if (value === undefined) throw new ConfigError(`${key}_FILE: ${JSON.stringify(secretFile)} is empty.`);
      return { value, origin: secretFile };
    }
    const value = inFile.get(key);
    return value === undefined || file === undefined ? undefined : { value, origin: file };
  };
}

export function kebab(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A setting's name in the configuration file: `GUARDBEE_TOKEN_MAX_AGE` is `token_max_age`. */
export function nameInFile({ key }: Setting): string {
  return key.replace(/^GUARDBEE_/, '').toLowerCase();
}

/** YAML 1.2, of which JSON is a part. A list is joined by commas. What it says is never quoted: there may be secrets. */
function readConfigFile(file: string, settings: readonly Setting[]): Map<string, string> {
  const keys = new Map(settings.map((setting) => [nameInFile(setting), setting.key]));
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(parseConfigFile(file))) {
    const key = keys.get(name);
    if (key === undefined) {
      throw new ConfigError(
        `${file}: there is no setting ${JSON.stringify(name)}; guardbee config show lists them.`,
      );
    }
    if (value === null) continue;
    const parts = Array.isArray(value) ? value : [value];
    if (!parts.every((part) => ['string', 'number'].includes(typeof part))) {
      throw new ConfigError(`${file}: ${name} must be text, a number, or a list of these.`);
    }
    found.set(key, parts.join(','));
  }
  return found;
}

function parseConfigFile(file: string): object {
  // 70 files, which a service without a configuration file need not wait for.
  const { LineCounter, parse, YAMLParseError } = createRequire(import.meta.url)(
    'yaml',
  ) as typeof import('yaml');
  const text = readText(CONFIG_FILE, file);
  const lineCounter = new LineCounter();
  let parsed: unknown;
  try {
    // Pretty errors quote the line.
    parsed = parse(text, { prettyErrors: false, lineCounter });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new ConfigError(`${file}, line ${line}, is not YAML (${error.code}, at column ${col}).`);
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new ConfigError(`${file} must have one setting a line, like "listen: 127.0.0.1:8420".`);
  }
  return parsed;
}

function readText(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new ConfigError(`${key} cannot be ${JSON.stringify(file)}: the file cannot be read (${code}).`);
  }
}
