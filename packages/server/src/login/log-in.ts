import { Refusal } from '../errors.ts';
import type { Act, TokenRecord, UserRecord } from '../storage/records.ts';
import { type IssueParts, issueToken, type WantedToken } from '../tokens/issue.ts';
import { canonicalEmail } from '../users/email.ts';
import { checkPassword, type PasswordDoor } from './check-password.ts';
import { HashQueueOverloaded } from './hash-queue.ts';
import { parsePassword } from './password.ts';
import { sourcePrefix } from './source-prefix.ts';

export interface LoginParts extends IssueParts, PasswordDoor {}

interface LoggedIn {
  readonly user: UserRecord;
  readonly token: TokenRecord;
  readonly tokenString: string;
}

/**
 * E-mail and password in, a new token out. Cheap checks first; then one hash, whoever it is; then everything that may
 * be said only to somebody who knows the password.
 */
export async function logIn(
  parts: LoginParts,
  credentials: { email: string; passwordBase64: string },
  wanted: WantedToken,
  act: Omit<Act, 'time' | 'actor'>,
): Promise<LoggedIn> {
  const password = parsePassword(credentials.passwordBase64);
  if (password === undefined) {
    throw new Refusal('INVALID_INPUT', {
      message: 'password_base64 must be the padded standard base64 of 1 to 1024 bytes of UTF-8.',
    });
  }
  const email = canonicalEmail(credentials.email);
  if (email === undefined) throw new Refusal('INVALID_CREDENTIALS'); // no account can have it

  const findUser = () => parts.store.findUserByEmail(email);
  return checkPassword(
    parts,
    { canonicalEmail: email, password },
    findUser,
    { ...act, actor: null },
    async (verdict) => {
      if (verdict.outcome === 'succeeded') return letIn(parts, verdict.user, password, wanted, act);
      throw new Refusal(verdict.reason === 'expired' ? 'ACCOUNT_EXPIRED' : 'INVALID_CREDENTIALS');
    },
  );
}

/** Gives somebody who knows the password a token. */
async function letIn(
  parts: LoginParts,
  user: UserRecord,
  password: string,
  wanted: WantedToken,
  act: Omit<Act, 'time' | 'actor'>,
): Promise<LoggedIn> {
  if (wanted.scopes?.includes('introspect') && !user.admin) {
    throw new Refusal('PERMISSION_DENIED', {
      message: 'Only an administrator may have a token of scope introspect.',
    });
  }
  const current = parts.hashes.isOutdated(user.passwordHash)
    ? await upgrade(parts, user, password, act)
    : user;
  const issued = current === undefined ? 'stale' : await issueToken(parts, current, wanted, act);
  if (issued === 'too_many') {
    throw new Refusal('INVALID_INPUT', {
      message: `The user has as many tokens as are allowed (${parts.tokenLimit?.most}): end one first.`,
    });
  }
  if (current === undefined || issued === 'stale') throw new Refusal('INVALID_CREDENTIALS');
  return { user: current, ...issued };
}

/**
 * Puts the same password under today's parameters. Undefined when the password was changed meanwhile; another login
 * that was first to upgrade is no such change.
 */
async function upgrade(
  parts: LoginParts,
  user: UserRecord,
  password: string,
  act: Omit<Act, 'time' | 'actor'>,
): Promise<UserRecord | undefined> {
  const source = sourcePrefix(act.origin?.ip ?? '');
  const passwordHash = await parts.hashes.hash(password, source).catch((error: unknown) => {
    if (error instanceof HashQueueOverloaded) return undefined;
    throw error;
  });
  // The password was right: on a busy day the next login upgrades.
  if (passwordHash === undefined) return user;
  const upgradeAct = { ...act, actor: user.id, time: parts.clock.now() };
  if (await parts.store.upgradePasswordHash(user.id, user.passwordHash, passwordHash, upgradeAct))
    return { ...user, passwordHash };
  const fresh = await parts.store.findUser(user.id);
  if (fresh === undefined || !(await parts.hashes.verify(password, fresh.passwordHash, source)))
    return undefined;
  return fresh;
}
