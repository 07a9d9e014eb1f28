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
  const { entries, at } = parseConfigFile(file);
  for (const [name, value] of Object.entries(entries)) {
    const key = keys.get(name);
    if (key === undefined) {
      throw new ConfigError(
        `${at(name)}: there is no setting ${JSON.stringify(name)}; guardbee config show lists them.`,
      );
    }
    if (value === null) continue;
    const parts = Array.isArray(value) ? value : [value];
    if (!parts.every((part) => ['string', 'number'].includes(typeof part))) {
      throw new ConfigError(`${at(name)}: ${name} must be text, a number, or a list of these.`);
    }
    found.set(key, parts.join(','));
  }
  return found;
}

/** What stands in the file, and in words where the name does. */
function parseConfigFile(file: string): { entries: object; at: (name: string) => string } {
  // 70 files, which a service without a configuration file need not wait for.
  const { LineCounter, isMap, isScalar, parseDocument } = createRequire(import.meta.url)(
    'yaml',
  ) as typeof import('yaml');
  const text = readText(CONFIG_FILE, file);
  const lineCounter = new LineCounter();
  // Pretty errors quote the line.
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new ConfigError(`${file}, line ${line}, is not YAML (${error.code}, at column ${col}).`);
  }
  const { contents } = document;
  const entries = valuesOf(document, file);
  if (entries !== null && !isMap(contents)) {
    throw new ConfigError(`${file} must have one setting a line, like "listen: 127.0.0.1:8420".`);
  }
  const pairs = isMap(contents) ? contents.items : [];
  return {
    entries: entries ?? {},
    at(name) {
      const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === name);
      const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      return start === undefined ? file : `${file}, line ${lineCounter.linePos(start).line}`;
    },
  };
}

/** An alias (`*name`) that stands for nothing would be quoted, and may be a password that begins like one. */
function valuesOf(document: { toJS(): unknown }, file: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw new ConfigError(`${file}: text that begins with * must be in quotes.`);
  }
}

function readText(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new ConfigError(`${key} cannot be ${JSON.stringify(file)}: the file cannot be read (${code}).`);
  }
}
