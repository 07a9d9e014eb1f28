import { Refusal } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Act } from '../storage/records.ts';
import type { UserParts } from './create-user.ts';
import { type ImportedAccount, type ImportRules, LONGEST_LINE, parseAccount } from './import-account.ts';
import { splitLines } from './split-lines.ts';

type ImportParts = UserParts & ImportRules;

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
  let batch: { line: number; bytes: Buffer }[] = [];
  let line = 0;
  for await (const bytes of splitLines(chunks, LONGEST_LINE)) {
    line += 1;
    if (bytes.toString().trim() !== '') batch.push({ line, bytes });
    if (batch.length < TOGETHER) continue;
    yield* await importBatch(parts, batch, act, dryRun);
    batch = [];
  }
  yield* await importBatch(parts, batch, act, dryRun);
}

type Outcome = ImportedLine extends infer L ? (L extends ImportedLine ? Omit<L, 'line'> : never) : never;
/** A line that can be taken over, with its hash; or one that is done with. */
type Prepared = { readonly account: ImportedAccount; readonly passwordHash: string } | Outcome;

async function importBatch(
  parts: ImportParts,
  batch: readonly { line: number; bytes: Buffer }[],
  act: Omit<Act, 'time'>,
  dryRun: boolean,
): Promise<ImportedLine[]> {
  const prepared = await Promise.all(batch.map(({ bytes }) => prepare(parts, bytes, dryRun)));
  // Given to the store in the order of the lines: of two with one e-mail the first is taken.
  const outcomes = prepared.map((one) => ('account' in one ? take(parts, one, act) : one));
  return (await Promise.all(outcomes)).map((outcome, n) => ({ line: batch[n]?.line ?? 0, ...outcome }));
}

async function prepare(parts: ImportParts, bytes: Buffer, dryRun: boolean): Promise<Prepared> {
  try {
    const account = parseAccount(bytes, parts);
    const { email, canonicalEmail, secret } = account;
    // Before a password is hashed, so that a repeated import costs nothing; the store decides.
    if ((await parts.store.findUserByEmail(canonicalEmail)) !== undefined)
      return { outcome: 'skipped', email };
    if (dryRun) return { outcome: 'created', email };
    const passwordHash = 'hash' in secret ? secret.hash : await parts.hashes.hash(secret.password);
    return { account, passwordHash };
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.message };
    throw error;
  }
}

async function take(
  { store, clock }: ImportParts,
  { account, passwordHash }: { account: ImportedAccount; passwordHash: string },
  act: Omit<Act, 'time'>,
): Promise<Outcome> {
  const { secret: _, created, ...rest } = account;
  const time = clock.now();
  const user = { ...rest, id: newId(), passwordHash, created: created ?? time };
  const outcome = await store.importUser(user, { ...act, time });
  return { outcome: outcome === 'created' ? 'created' : 'skipped', email: account.email };
}
