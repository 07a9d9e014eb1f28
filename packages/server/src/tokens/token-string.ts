import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The text a client presents: `guardbee_` + 43 characters of 256 random bits + 6 characters of checksum.
 *
 * The fixed prefix lets secret scanners find leaked tokens; the checksum lets junk be refused without asking the
 * database. Only characters of RFC 9110's token68 occur. Pattern: `guardbee_[A-Za-z0-9_-]{49}`.
 */
const TOKEN_PREFIX = 'guardbee_';

/** Finds token strings in free text; published for secret scanners and used to redact logs. */
export const TOKEN_PATTERN = `${TOKEN_PREFIX}[A-Za-z0-9_-]{49}`;

const SECRET_BYTES = 32;
const CHECKSUM_LENGTH = 6;
const LENGTH = TOKEN_PREFIX.length + 43 + CHECKSUM_LENGTH;

/** A new token string. It is shown once and never stored. */
export function newTokenString(): string {
  const body = TOKEN_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  return body + checksum(body);
}

/** True when the text has a token's form and its checksum is right: only then is the database worth asking. */
export function isTokenString(text: string): boolean {
  if (text.length !== LENGTH || !text.startsWith(TOKEN_PREFIX)) return false;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return checksum(body) === text.slice(-CHECKSUM_LENGTH);
}

function checksum(body: string): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64url');
}
