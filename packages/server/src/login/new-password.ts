import { Refusal } from '../errors.ts';
import { parsePassword } from './password.ts';
import { objectionTo } from './password-policy.ts';

/**
 * A password somebody wants to set, from its base64. Throws `INVALID_INPUT` with the reason when it may not be. Every way
 * to set a password leads through here.
 *
 * @param installationName No password may be made of it.
 */
export function newPassword(base64: string, email: string, installationName?: string): string {
  const password = parsePassword(base64);
  if (password === undefined) {
    throw new Refusal('INVALID_INPUT', {
      message: 'The password must be the padded standard base64 of 1 to 1024 bytes of UTF-8.',
    });
  }
  const serviceNames = installationName === undefined ? [] : [installationName];
  const objection = objectionTo(password, { email, serviceNames });
  if (objection !== undefined) throw new Refusal('INVALID_INPUT', { message: objection });
  return password;
}
