/**
 * Which new passwords are accepted (NIST SP 800-63B-4 section 3.1.1.2): length counts, composition does not.
 * Applied wherever a password is set, never at login: an old password goes on working.
 */

/** In Unicode code points, for a password that is the only factor. */
const MIN_LENGTH = 15;

/** Why a password is refused as a new one, in a sentence for its owner; undefined when it is accepted. */
export function objectionTo(password: string, email: string): string | undefined {
  if ([...password].length < MIN_LENGTH) return `The password must have at least ${MIN_LENGTH} characters.`;
  const folded = password.toLowerCase();
  if (folded === email.toLowerCase()) return "The password must not be the user's e-mail address.";
  if (folded.replace(/[^a-z]/g, '').replaceAll('guardbee', '') === '') {
    if (folded.includes('guardbee')) return 'The password must not be the name of the service.';
  }
  if (new Set(folded).size === 1) return 'The password must not be one character repeated.';
  return undefined;
}
