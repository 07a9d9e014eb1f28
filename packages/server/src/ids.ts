import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A public name for a user or a token: 16 characters, 80 random bits, lower-case letters and digits without
 * i, l, o and u (Crockford's base 32), safe to show, log and read out.
 */
export function newId(): string {
  let id = '';
  let bits = 0n;
  for (const byte of randomBytes(10)) bits = (bits << 8n) | BigInt(byte);
  for (let place = 75n; place >= 0n; place -= 5n) id += ALPHABET[Number((bits >> place) & 31n)];
  return id;
}
