import type { Counts } from '../counts.ts';
import { Refusal } from '../errors.ts';

/** Counts how an attempt to log in ends, by whichever door it came. */
export async function countLogin<T>(logins: Counts['logins'], attempt: () => Promise<T>): Promise<T> {
  try {
    const result = await attempt();
    logins.succeeded += 1;
    return result;
  } catch (error) {
    logins[outcomeOf(error)] += 1;
    throw error;
  }
}

function outcomeOf(error: unknown): keyof Counts['logins'] {
  if (!(error instanceof Refusal)) return 'unavailable';
  return error.refusal === 'TOO_MANY_REQUESTS' ? 'throttled' : 'refused';
}
