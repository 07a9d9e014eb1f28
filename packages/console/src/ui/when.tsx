import { exactTime, fromNow, NEVER } from '../lib/times.ts';

/** A time as its distance; the exact one on hover, and for screen readers behind it. */
export function When({ time, never = 'Never' }: { time: string | null | undefined; never?: string }) {
  if (time === null || time === undefined || time === NEVER) return <span class="muted">{never}</span>;
  return (
    <time dateTime={time} title={exactTime(time)}>
      {fromNow(time)}
    </time>
  );
}
