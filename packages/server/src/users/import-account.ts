import { Refusal } from '../errors.ts';
import { objectionToHash } from '../login/foreign-hash.ts';
import type { HashQueue } from '../login/hash-queue.ts';
import { newPassword } from '../login/new-password.ts';
import { parseTime } from '../rfc3339.ts';
import { checkEmail } from './create-user.ts';
import { checkGroups } from './groups.ts';

/** One line of an import, checked. */
export interface ImportedAccount {
  readonly email: string;
  readonly canonicalEmail: string;
  readonly secret: { readonly hash: string } | { readonly password: string };
  /** Milliseconds; undefined: now. */
  readonly created: number | undefined;
  /** Milliseconds; null: never. */
  readonly expiry: number | null;
  readonly admin: boolean;
  readonly disabled: boolean;
  readonly groups: readonly string[];
}

export interface ImportRules {
  /** Bytes to JSON, strictly. Throws when they aren't. */
  readonly parse: (bytes: Buffer) => unknown;
  readonly hashes: Pick<HashQueue, 'isOutdated'>;
  readonly installationName?: string;
}

/** In bytes. */
export const LONGEST_LINE = 65_536;

const KEYS = [
  'email',
  'password_hash',
  'password',
  'created',
  'expiry',
  'admin',
  'disabled',
  'groups',
] as const;
type Keys = Partial<Record<(typeof KEYS)[number], unknown>>;

/** Reads a line of an import. Throws `INVALID_INPUT` with a reason that repeats neither password nor hash. */
export function parseAccount(bytes: Buffer, rules: ImportRules): ImportedAccount {
  const account = checkKeys(parseObject(bytes, rules.parse));
  const { email, canonical } = checkEmail(checkText('email', account.email));
  return {
    email,
    canonicalEmail: canonical,
    created: checkTime('created', account.created) ?? undefined,
    expiry: checkTime('expiry', account.expiry),
    admin: checkFlag('admin', account.admin),
    disabled: checkFlag('disabled', account.disabled),
    groups: checkGroups(account.groups ?? []),
    secret: checkSecret(account, email, rules),
  };
}

function parseObject(bytes: Buffer, parse: (bytes: Buffer) => unknown): object {
  if (bytes.length > LONGEST_LINE) throw refuse(`The line is longer than ${LONGEST_LINE} bytes.`);
  let value: unknown;
  try {
    value = parse(bytes);
  } catch {
    // The parser's message may quote the line.
    throw refuse('The line is not one JSON object with different keys and well-formed text.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('The line is not a JSON object.');
  return value;
}

function checkKeys(value: object): Keys {
  const unknown = Object.keys(value).find((key) => !KEYS.some((known) => known === key));
  // A key of another form might be anything, a secret too.
  if (unknown !== undefined) {
    const named = /^[a-z_]{1,30}$/i.test(unknown)
      ? `The key '${unknown}' is not known`
      : 'A key is not known';
    throw refuse(`${named}: ${KEYS.join(', ')} are.`);
  }
  return value;
}

function checkSecret(
  account: Keys,
  email: string,
  { hashes, installationName }: ImportRules,
): { hash: string } | { password: string } {
  if ((account.password_hash === undefined) === (account.password === undefined))
    throw refuse('There must be either a password_hash or a password.');
  if (account.password_hash !== undefined) {
    const hash = checkText('password_hash', account.password_hash);
    const objection = objectionToHash(hash, { today: !hashes.isOutdated(hash) });
    if (objection !== undefined) throw refuse(objection);
    return { hash };
  }
  const base64 = Buffer.from(checkText('password', account.password)).toString('base64');
  return { password: newPassword(base64, email, installationName) };
}

function checkText(key: string, value: unknown): string {
  if (typeof value !== 'string') throw refuse(`'${key}' must be a text.`);
  return value;
}

function checkFlag(key: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw refuse(`'${key}' must be true or false.`);
  return value ?? false;
}

/** Milliseconds; null for never, and when there is none. */
function checkTime(key: string, value: unknown): number | null {
  if (value === undefined) return null;
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  if (time === undefined || (time === null && key === 'created'))
    throw refuse(`'${key}' must be an RFC 3339 time with a zone.`);
  return time;
}

function refuse(message: string): Refusal {
  return new Refusal('INVALID_INPUT', { message });
}
