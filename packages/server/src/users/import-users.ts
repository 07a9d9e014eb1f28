import { Refusal } from '../errors.ts';
import { newId } from '../ids.ts';
import { objectionToHash } from '../login/foreign-hash.ts';
import { newPassword } from '../login/new-password.ts';
import { parseTime } from '../rfc3339.ts';
import type { Act, UserRecord } from '../storage/records.ts';
import { checkEmail, type UserParts } from './create-user.ts';
import { checkGroups } from './groups.ts';
import { splitLines } from './split-lines.ts';

export interface ImportParts extends UserParts {
  /** Bytes to JSON, strictly. Throws when they aren't. */
  readonly parse: (bytes: Buffer) => unknown;
}

/** What became of one line of an import. `line` counts from 1. */
export type ImportedLine = { readonly line: number } & (
  | { readonly outcome: 'created'; readonly email: string }
  /** There is an account with this e-mail already; nothing about it was changed. */
  | { readonly outcome: 'skipped'; readonly email: string }
  /** `reason` repeats neither a password nor a hash. */
  | { readonly outcome: 'refused'; readonly reason: string }
);

/** So many lines share a commit, and so many passwords wait to be hashed. */
const TOGETHER = 64;
const LONGEST_LINE = 65_536;

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
type Account = Partial<Record<(typeof KEYS)[number], unknown>>;

/**
 * Takes over accounts from elsewhere, one JSON object a line: `email`, and either `password_hash` (Argon2, bcrypt, scrypt,
 * PBKDF2; what a login puts under today's parameters) or `password`; `created`, `expiry` (RFC 3339), `admin`, `disabled` and
 * `groups` may be there, nothing else. Each line is an act of its own: what is refused keeps nothing else from being taken
 * over. Answers in the order of the lines; empty ones are not told of.
 *
 * @param dryRun Only says what would become of each line; an e-mail that occurs twice is not noticed then.
 */
export async function* importUsers(
  parts: ImportParts,
  chunks: AsyncIterable<Buffer>,
  act: Omit<Act, 'time'>,
  { dryRun = false }: { dryRun?: boolean } = {},
): AsyncGenerator<ImportedLine> {
  let batch: Promise<ImportedLine>[] = [];
  let line = 0;
  for await (const bytes of splitLines(chunks, LONGEST_LINE)) {
    line += 1;
    if (bytes.toString().trim() === '') continue;
    const n = line;
    batch.push(importLine(parts, bytes, act, dryRun).then((outcome) => ({ line: n, ...outcome })));
    if (batch.length < TOGETHER) continue;
    yield* await Promise.all(batch);
    batch = [];
  }
  yield* await Promise.all(batch);
}

type Outcome = ImportedLine extends infer L ? (L extends ImportedLine ? Omit<L, 'line'> : never) : never;

async function importLine(
  parts: ImportParts,
  bytes: Buffer,
  act: Omit<Act, 'time'>,
  dryRun: boolean,
): Promise<Outcome> {
  try {
    const account = checkKeys(parseLine(parts.parse, bytes));
    const { email, canonical } = checkEmail(checkText('email', account.email));
    const time = parts.clock.now();
    const rest = {
      created: checkTime('created', account.created) ?? time,
      expiry: checkTime('expiry', account.expiry),
      admin: checkFlag('admin', account.admin),
      disabled: checkFlag('disabled', account.disabled),
      groups: checkGroups(account.groups ?? []),
    };
    const secret = checkSecret(parts, account, email);
    // Before a password is hashed, so that a repeated import costs nothing; the store decides.
    if ((await parts.store.findUserByEmail(canonical)) !== undefined) return { outcome: 'skipped', email };
    if (dryRun) return { outcome: 'created', email };
    const passwordHash = 'hash' in secret ? secret.hash : await parts.hashes.hash(secret.password);
    const user: UserRecord = { id: newId(), email, canonicalEmail: canonical, passwordHash, ...rest };
    const outcome = await parts.store.importUser(user, { ...act, time });
    return { outcome: outcome === 'created' ? 'created' : 'skipped', email };
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.message };
    throw error;
  }
}

function parseLine(parse: ImportParts['parse'], bytes: Buffer): object {
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

function checkKeys(value: object): Account {
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
  parts: ImportParts,
  account: Account,
  email: string,
): { hash: string } | { password: string } {
  if ((account.password_hash === undefined) === (account.password === undefined))
    throw refuse('There must be either a password_hash or a password.');
  if (account.password_hash !== undefined) {
    const hash = checkText('password_hash', account.password_hash);
    const objection = objectionToHash(hash, { today: !parts.hashes.isOutdated(hash) });
    if (objection !== undefined) throw refuse(objection);
    return { hash };
  }
  const base64 = Buffer.from(checkText('password', account.password)).toString('base64');
  return { password: newPassword(base64, email, parts.installationName) };
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
