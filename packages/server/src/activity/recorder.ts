import type { Clock } from '../clock.ts';
import {
  type ActivityCount,
  type ActivityStore,
  outcomeOfStatus,
  type RequestRecord,
} from '../storage/activity-store.ts';

/**
 * What requests were for: counted and timed by activity, client, user and outcome, and kept one by one where somebody
 * has named them. Rolled up in memory and written in the background, so that no answer waits for it; bounded, so that
 * no flood of names fills memory or database.
 */
export interface ActivityRecorder {
  record(seen: SeenRequest): void;
  /**
   * Writes what has come together, behind a writing that is under way: afterwards everything recorded before the call can be read. A round
   * that fails is lost: this is a picture, not the audit trail.
   */
  flush(): Promise<void>;
  counts(): { readonly recorded: number; readonly dropped: number };
}

interface SeenRequest extends Omit<RequestRecord, 'time'> {
  /** Whether its client gave it the id: then it will be asked for. */
  readonly named: boolean;
}

const MINUTE = 60_000;
/** Between two flushes: different rows of counts, records of requests, and either that came without a good token. */
const MOST_ROWS = 1_000;
const MOST_REQUESTS = 2_000;
const MOST_ANONYMOUS = 200;
/** What is counted beyond `MOST_ROWS` is counted under this name. */
const OTHERS = '(others)';

export function createActivityRecorder(store: ActivityStore, clock: Clock): ActivityRecorder {
  let rows = new Map<string, Mutable<ActivityCount>>();
  let requests: RequestRecord[] = [];
  let anonymous = 0;
  let recorded = 0;
  let dropped = 0;
  let written = Promise.resolve();

  /** `OTHERS` has room always: it is one row for each outcome and minute. */
  function count(seen: SeenRequest, time: number): void {
    const row = {
      minute: time - (time % MINUTE),
      activity: seen.activity ?? OTHERS,
      client: clientOf(seen.userAgent),
      userId: seen.userId,
      outcome: outcomeOfStatus(seen.status),
    };
    const room = seen.userId === null ? MOST_ANONYMOUS : MOST_ROWS;
    const isNew = !rows.has(keyOf(row));
    const into = isNew && rows.size >= room ? { ...row, activity: OTHERS, client: '', userId: null } : row;
    const sum = rows.get(keyOf(into)) ?? { ...into, count: 0, totalMs: 0, maxMs: 0 };
    sum.count += 1;
    sum.totalMs += seen.ms;
    sum.maxMs = Math.max(sum.maxMs, seen.ms);
    rows.set(keyOf(into), sum);
  }

  function keep({ named: _named, ...seen }: SeenRequest, time: number): void {
    const isAnonymous = seen.userId === null;
    if (requests.length >= MOST_REQUESTS || (isAnonymous && anonymous >= MOST_ANONYMOUS)) {
      dropped += 1;
      return;
    }
    if (isAnonymous) anonymous += 1;
    recorded += 1;
    requests.push({ ...seen, time });
  }

  async function write(): Promise<void> {
    if (rows.size === 0 && requests.length === 0) return;
    const counts = [...rows.values()];
    const records = requests;
    rows = new Map();
    requests = [];
    anonymous = 0;
    await store.recordActivity(counts, records);
  }

  return {
    record(seen) {
      const isLookup = seen.method === 'GET' || seen.method === 'HEAD';
      const isWorthKeeping =
        seen.named || seen.activity !== null || seen.traceId !== null || !isLookup || seen.status >= 400;
      if (!isWorthKeeping) return;
      const time = clock.now();
      if (seen.activity !== null) count(seen, time);
      keep(seen, time);
    },
    flush() {
      // Whoever has begun it is told when it fails.
      written = written.catch(() => {}).then(write);
      return written;
    },
    counts: () => ({ recorded, dropped }),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function keyOf({
  minute,
  activity,
  client,
  userId,
  outcome,
}: Omit<ActivityCount, 'count' | 'totalMs' | 'maxMs'>) {
  return JSON.stringify([minute, activity, client, userId, outcome]);
}

/** The program a User-Agent names first (RFC 9110 section 10.1.5), e.g. `gsctl/0.24.1`; '' when it doesn't say. */
function clientOf(userAgent: string | null): string {
  return /^[!-~]{1,64}(?= |$)/.exec(userAgent ?? '')?.[0] ?? '';
}
