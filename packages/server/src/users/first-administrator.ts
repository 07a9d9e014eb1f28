import { generatePassword } from '../login/generate-password.ts';
import { SETTINGS } from '../settings.ts';
import { createFirstAdministrator, type UserParts } from './create-user.ts';

export interface FirstAdministrator {
  readonly email: string;
  /** Only when it was generated: nobody else has it, and it is not shown again. */
  readonly generatedPassword: string | undefined;
}

/** Makes the first administrator when there is no user yet; undefined when there is. Its password is never a default. */
export async function ensureFirstAdministrator(
  parts: UserParts,
  wanted: { email: string; password: string | undefined } | undefined,
): Promise<FirstAdministrator | undefined> {
  if ((await parts.store.listUsers({ after: '', limit: 1 })).length > 0) return undefined;
  const email = wanted?.email ?? SETTINGS.adminEmail.default;
  const generatedPassword = wanted?.password === undefined ? generatePassword() : undefined;
  const passwordBase64 = Buffer.from(wanted?.password ?? generatedPassword ?? '').toString('base64');
  const outcome = await createFirstAdministrator(parts, { email, passwordBase64, expiry: null });
  return outcome === 'not_first' ? undefined : { email, generatedPassword };
}
