import { Refusal } from '../errors.ts';
import { checkPassword, type PasswordDoor } from '../login/check-password.ts';
import { newPassword } from '../login/new-password.ts';
import { parsePassword } from '../login/password.ts';
import type { Throttle } from '../login/throttle.ts';
import type { Act, UserRecord } from '../storage/records.ts';
import type { UserParts } from './create-user.ts';
import { notFound } from './find-user.ts';

/**
 * A user's own change: the current password is asked again, and the token that made the change lives on while all
 * others end.
 */
export async function changeOwnPassword(
  parts: UserParts & PasswordDoor,
  user: UserRecord,
  passwords: { currentBase64: string | undefined; newBase64: string; keepTokenId: string },
  act: Omit<Act, 'time'>,
): Promise<void> {
  if (passwords.currentBase64 === undefined) {
    throw new Refusal('INVALID_INPUT', {
      message: 'current_password_base64 is required to change your own password.',
    });
  }
  const current = parsePassword(passwords.currentBase64);
  if (current === undefined) {
    throw new Refusal('INVALID_INPUT', {
      message: 'current_password_base64 is not the padded standard base64 of a password.',
    });
  }
  const wanted = newPassword(passwords.newBase64, user.email, parts.installationName);
  const who = { canonicalEmail: user.canonicalEmail, password: current };
  await checkPassword(
    parts,
    who,
    async () => user,
    act,
    async ({ outcome: found }) => {
      if (found === 'failed') {
        throw new Refusal('INVALID_CREDENTIALS', { message: 'The current password is wrong.' });
      }
      const newHash = await parts.hashes.hash(wanted);
      const account = parts.throttle.accountKey({ userId: user.id });
      const outcome = await parts.store.setPassword(
        user.id,
        { newHash, expectedHash: user.passwordHash, keepTokenId: passwords.keepTokenId, account },
        { ...act, time: parts.clock.now() },
      );
      if (outcome !== 'set') {
        throw new Refusal('INVALID_CREDENTIALS', {
          message: 'The password was changed by somebody else meanwhile.',
        });
      }
    },
  );
}

/** An administrator's reset: every token of the user ends. */
export async function resetPassword(
  parts: UserParts & { throttle: Pick<Throttle, 'accountKey'> },
  user: UserRecord,
  newBase64: string,
  act: Omit<Act, 'time'>,
): Promise<void> {
  const newHash = await parts.hashes.hash(newPassword(newBase64, user.email, parts.installationName));
  const outcome = await parts.store.setPassword(
    user.id,
    { newHash, account: parts.throttle.accountKey({ userId: user.id }) },
    { ...act, time: parts.clock.now() },
  );
  if (outcome !== 'set') throw notFound(user.email);
}
