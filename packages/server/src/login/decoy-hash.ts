import { randomBytes } from 'node:crypto';
import type { HashParameters } from './password.ts';

/**
 * A PHC string that costs as much to verify as any made today and that no password is right for: its key is random, 32
 * bytes, and not the outcome of any hash. What a login for an unknown e-mail is compared with.
 */
export function decoyHash({ memoryKiB, passes, lanes }: HashParameters): string {
  const [salt, key] = [16, 32].map((length) => randomBytes(length).toString('base64').replaceAll('=', ''));
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${salt}$${key}`;
}
