import { Refusal } from '../errors.ts';
import { parseTime } from '../rfc3339.ts';
import { Time } from './schemas.ts';
import { Type } from './type.ts';

/** The query's half-open range of time: `from` ≤ time < `to`. */
export const RangeQuery = {
  from: Type.Optional({ ...Time, description: 'RFC 3339; what happened then or later.' }),
  to: Type.Optional({ ...Time, description: 'RFC 3339; what happened before.' }),
};

/** Milliseconds; undefined where the query doesn't say. Throws `INVALID_INPUT`. */
export function rangeOf({ from, to }: { from?: string; to?: string }): { from?: number; to?: number } {
  return {
    ...(from === undefined ? {} : { from: timeOf('from', from) }),
    ...(to === undefined ? {} : { to: timeOf('to', to) }),
  };
}

function timeOf(name: string, text: string): number {
  const time = parseTime(text);
  if (typeof time !== 'number') {
    throw new Refusal('INVALID_INPUT', { message: `The attribute '${name}' of the query is not a time.` });
  }
  return time;
}
