import { InvalidArgumentError } from 'commander';

/** How a command shows times: relative to now, or with `exact` as the service says them. */
export interface TimeOptions {
  readonly exact?: boolean;
}

/** How the API says it. */
export const NEVER = '0001-01-01T00:00:00Z';
const UNITS = [
  ['second', 1_000, 60],
  ['minute', 60_000, 60],
  ['hour', 3_600_000, 48],
  ['day', 86_400_000, 60],
  ['month', 2_629_746_000, 24],
  ['year', 31_556_952_000, Number.POSITIVE_INFINITY],
] as const;

// Made when a time is shown: it takes as long as all of the command line's parsing.
let format: Intl.RelativeTimeFormat | undefined;
function words(): Intl.RelativeTimeFormat {
  format ??= new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  return format;
}

/** A time of the API for a person. */
export function showTime(
  time: string | null | undefined,
  { exact = false }: TimeOptions = {},
  now: number = Date.now(),
): string {
  if (time === NEVER || time === null || time === undefined) return 'never';
  const distance = Date.parse(time) - now;
  if (exact || Number.isNaN(distance)) return time;
  for (const [unit, ms, most] of UNITS) {
    const amount = Math.trunc(distance / ms);
    if (Math.abs(amount) < most) return words().format(amount === 0 ? -0 : amount, unit);
  }
  return time;
}

const AGO = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A moment as somebody types it, `2030-01-31T12:00:00Z`, `2030-01-31`, or how long ago, `90s`, `15m`, `12h`, `30d`, `2w`,
 * as RFC 3339. Throws commander's `InvalidArgumentError`.
 */
export function parseMoment(text: string, now: number = Date.now()): string {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined)
    return new Date(now - Number(amount) * AGO[unit as keyof typeof AGO]).toISOString();
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError(
      'A moment is a time like 2030-01-31T12:00:00Z, or how long ago, like 12h.',
    );
  }
  return new Date(time).toISOString();
}

/**
 * When something ends, as somebody types it, in the API's words. Throws commander's `InvalidArgumentError`, which is about usage:
 * the service would answer with the pattern that its document has.
 */
export function parseExpiry(text: string): string {
  if (text === 'never') return NEVER;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(text);
  if (!isTime || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It is a time with a zone, like 2030-01-31T12:00:00Z, or never.');
  return text;
}
