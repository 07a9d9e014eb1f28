/** Times for people: how far away, and on demand the exact one. */

/** The API's word for "never". */
export const NEVER = '0001-01-01T00:00:00Z';

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** `3 minutes ago`, `in 2 days`, `now`. */
export function fromNow(time: string, now: number = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.round(seconds), 'second');
}

export function exactTime(time: string): string {
  return exact.format(new Date(time));
}

export function shortTime(time: string | number): string {
  return short.format(new Date(time));
}

/** `< 1 ms`, `850 ms`, `1.2 s`. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 1) return '< 1 ms';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** The day of an instant as a calendar field wants it, by the person's own clock. */
export function dayOf(time: string | Date): string {
  const day = new Date(time);
  const padded = (number: number, length = 2) => String(number).padStart(length, '0');
  return `${padded(day.getFullYear(), 4)}-${padded(day.getMonth() + 1)}-${padded(day.getDate())}`;
}

/** The begin of a day that a person picked in a calendar, by their own clock; the service knows instants only. */
export function beginOfDay(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** The last second of it. */
export function endOfDay(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

/** The begin of the day behind it, which is not always 24 hours away. */
export function beginOfNextDay(day: string): string {
  return new Date(new Date(`${day}T00:00:00`).setHours(24, 0, 0, 0)).toISOString();
}

/** The day after today as a calendar field wants it. */
export function tomorrow(): string {
  return dayOf(new Date(new Date().setHours(24, 0, 0, 0)));
}
