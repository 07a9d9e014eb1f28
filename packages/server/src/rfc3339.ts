/**
 * Times on the wire: RFC 3339, and the v4 API's way to say "never": the year 1.
 *
 * Inside, a time is milliseconds since 1970-01-01T00:00:00Z and "never" is null.
 */

const NEVER = '0001-01-01T00:00:00Z';

/** RFC 3339 section 5.6; the pattern also stands in the OpenAPI document. */
export const RFC3339_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})$';

const RFC3339 = new RegExp(RFC3339_PATTERN);

/** `2026-01-31T12:00:00Z`; with a fraction only where there is one. */
export function formatTime(time: number | null): string {
  return time === null ? NEVER : new Date(time).toISOString().replace('.000Z', 'Z');
}

/** Between "never" and the end of years with four digits, beyond which no text of this form could say it. */
const FIRST = Date.parse('0002-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Text to time: milliseconds, null for "never" (any time in the year 1), undefined when the text is not an
 * RFC 3339 time with a zone, names a day or hour that does not exist, or is outside the years 1 to 9999 in UTC. Finer fractions are
 * cut to milliseconds.
 */
export function parseTime(text: string): number | null | undefined {
  if (!RFC3339.test(text)) return undefined;
  const [date, clock] = [text.slice(0, 10), text.slice(11, 19)];
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  // Date rolls 31 February over into March; a round trip finds out.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined;
  if (date.startsWith('0001-')) return null;
  const time = Date.parse(text.toUpperCase());
  return time >= FIRST && time <= LAST ? time : undefined;
}
