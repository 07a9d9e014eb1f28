import { isIP } from 'node:net';
import { AFTER_RESTORE, type AfterRestore } from './anchor/choices.ts';
import { ConfigError, kebab, type Setting } from './config-sources.ts';
import { HASH_LIMITS, type HashParameters } from './login/password.ts';
import { LOG_LEVELS, type LogLevel, SETTINGS } from './settings.ts';
import { quotedValue } from './shown-value.ts';
import { readConnectionOptions } from './storage/postgres/connection-options.ts';
import type { StoreUnusable, TokenLimit } from './storage/store.ts';
import type { DigestKeys } from './tokens/digest.ts';
import { type DigestKeysError, parseDigestKeys } from './tokens/digest-keys.ts';
import { canonicalEmail } from './users/email.ts';

/** What a setting's text means. Each throws `ConfigError`, which names the setting, the value and what is allowed. */

export function refuse(setting: Setting, value: string, reason?: string): ConfigError {
  const flag = setting.flag === undefined ? '' : ` (--${kebab(setting.flag)})`;
  return new ConfigError(
    `${setting.key}${flag} cannot be ${quotedValue(setting, value)}: ${reason ?? `allowed is ${setting.allowed}`}.`,
  );
}

export function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function parseListen(
  setting: Setting,
  value: string,
): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6))
    throw refuse(setting, value);
  return { host, port };
}

export function parseDatabaseUrl(value: string): string {
  if (!/^(sqlite:|postgres(ql)?:\/\/)./.test(value)) throw refuse(SETTINGS.databaseUrl, value);
  if (value.startsWith('sqlite:')) return value;
  try {
    readConnectionOptions(value);
  } catch (error) {
    const reason = (error as StoreUnusable).message.replace("the database URL can't be used: ", '');
    throw refuse(SETTINGS.databaseUrl, value, reason);
  }
  return value;
}

export function parseKeys(value: string): DigestKeys {
  try {
    return parseDigestKeys(value);
  } catch (error) {
    throw refuse(SETTINGS.digestKeys, value, (error as DigestKeysError).message);
  }
}

/** As `login/password-policy.ts` has it, which would load what it knows of common passwords; a test holds the two together. */
const LEAST_PASSWORD = 15;

/** Whether a password is a common one is asked when it is used: see `check-first-administrator.ts`. */
export function parseFirstAdmin(
  given: string | undefined,
  password: string | undefined,
): { readonly email: string; readonly password: string | undefined } | undefined {
  if (given === undefined && password === undefined) return undefined;
  const email = given ?? SETTINGS.adminEmail.default;
  if (canonicalEmail(email) === undefined) throw refuse(SETTINGS.adminEmail, email);
  if (password !== undefined && [...password].length < LEAST_PASSWORD)
    throw refuse(SETTINGS.adminPassword, password);
  return { email, password };
}

export function parseWorkers(value: string, databaseUrl: string): number {
  if (!/^[1-9]\d?$/.test(value) || Number(value) > 64) throw refuse(SETTINGS.workers, value);
  if (value !== '1' && !databaseUrl.startsWith('sqlite:')) {
    throw refuse(SETTINGS.workers, value, 'with PostgreSQL start several services instead');
  }
  return Number(value);
}

export function parseAfterRestore(value: string | undefined): AfterRestore | undefined {
  if (value === undefined) return undefined;
  const choice = AFTER_RESTORE.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new ConfigError(
    `--after-restore cannot be ${JSON.stringify(value)}: allowed is ${AFTER_RESTORE.join(', ')}.`,
  );
}

export function parseName(value: string): string {
  if (value.length > 100 || /\p{Cc}/u.test(value)) throw refuse(SETTINGS.installationName, value);
  return value;
}

export function parseOrigin(value: string): string {
  const origin = /^https?:/.test(value) && URL.canParse(value) ? new URL(value).origin : undefined;
  // An origin is a scheme, a host and a port, nothing behind it (RFC 6454); the wildcard would let every page in.
  if (origin !== value) throw refuse(SETTINGS.corsOrigins, value);
  return origin;
}

export function parseNetwork(value: string): string {
  const [address = '', bits, more] = value.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  if (
    version === 0 ||
    more !== undefined ||
    // A network of everybody would let each client say who it is.
    (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most))
  ) {
    throw refuse(SETTINGS.trustedProxies, value);
  }
  return value;
}

export function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) throw refuse(SETTINGS.logLevel, value);
  return level;
}

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
const UNITS = { s: 1_000, m: MINUTE, h: 60 * MINUTE, d: DAY } as const;

/** Milliseconds; null when there is none. Up to 100 years. */
export function parseDuration(setting: Setting, value: string | undefined, least = 1_000): number | null {
  if (value === undefined) return null;
  const match = /^(\d{1,10})([smhd])$/.exec(value);
  const duration = Number(match?.[1]) * UNITS[match?.[2] as keyof typeof UNITS];
  if (match === null || duration < least || duration > 36_525 * UNITS.d) throw refuse(setting, value);
  return duration;
}

export function parseCount(setting: Setting, value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value) || Number(value) > 1_000_000) throw refuse(setting, value);
  return Number(value);
}

export function parseLease(value: string): number {
  const length = Number(value);
  if (!/^\d{3,4}$/.test(value) || length < 100 || length > 5_000) throw refuse(SETTINGS.leaseMs, value);
  return length;
}

export function parseTokenLimit(
  most: string | undefined,
  action: string | undefined,
): TokenLimit | undefined {
  if (action !== undefined && action !== 'refuse' && action !== 'retire-oldest') {
    throw refuse(SETTINGS.tokensPerUserAction, action);
  }
  if (most === undefined) return undefined;
  return { most: parseCount(SETTINGS.tokensPerUser, most), action: action ?? 'refuse' };
}

export function parseHashParameters(memory: string | undefined, passes: string | undefined): HashParameters {
  const { leastMemoryMiB, mostMemoryMiB, leastPasses, mostPasses } = HASH_LIMITS;
  const number = (setting: Setting, text: string, least: number, most: number): number => {
    if (!/^\d{1,4}$/.test(text) || Number(text) < least || Number(text) > most) throw refuse(setting, text);
    return Number(text);
  };
  const memoryText = memory ?? SETTINGS.hashMemory.default;
  return {
    memoryKiB: 1024 * number(SETTINGS.hashMemory, memoryText, leastMemoryMiB, mostMemoryMiB),
    passes: number(SETTINGS.hashPasses, passes ?? SETTINGS.hashPasses.default, leastPasses, mostPasses),
    lanes: 1,
  };
}

export function parseHashThreads(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(value) || Number(value) > 256) throw refuse(SETTINGS.hashThreads, value);
  return Number(value);
}
