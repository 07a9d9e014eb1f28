/** The stretches of time that the activities can be looked at in, up to now. */
const MINUTE = 60_000;

export const RANGES = {
  hour: { label: 'Hour', length: 60 * MINUTE, step: '1m', stepLength: MINUTE },
  day: { label: 'Day', length: 1_440 * MINUTE, step: '1h', stepLength: 60 * MINUTE },
  week: { label: 'Week', length: 10_080 * MINUTE, step: '6h', stepLength: 360 * MINUTE },
  month: { label: '30 days', length: 43_200 * MINUTE, step: '1d', stepLength: 1_440 * MINUTE },
} as const;

export type RangeName = keyof typeof RANGES;

export function rangeNamed(name: string | null): RangeName {
  return name !== null && name in RANGES ? (name as RangeName) : 'day';
}
