import { Refusal } from './errors.ts';
import { parseTime } from './rfc3339.ts';

/** An `expiry` from a body: milliseconds, null = never. Throws `INVALID_INPUT` for a day that does not exist. */
export function parseExpiry(text: string): number | null {
  const time = parseTime(text);
  if (time === undefined) {
    throw new Refusal('INVALID_INPUT', {
      message: "The attribute 'expiry' must be an RFC 3339 time with a zone.",
    });
  }
  return time;
}
