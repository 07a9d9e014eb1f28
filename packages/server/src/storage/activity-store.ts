/**
 * The part of the store's contract for what requests were for. Written in the background, a few seconds behind; nobody's
 * answer waits for it, and a full disk may lose some of it.
 */
export interface ActivityStore {
  /**
   * Adds counts to the rows of the same minute, activity, client, user and outcome, and keeps records of single requests
   * (the same request id may come up several times).
   */
  recordActivity(counts: readonly ActivityCount[], requests: readonly RequestRecord[]): Promise<void>;

  /**
   * Counts of the half-open range `from` ≤ minute < `to`, summed up over `step` milliseconds (a multiple of a minute; the
   * answer's `minute` is the step's beginning, in multiples of `step` since 1970). By minute, then activity, client, user
   * id and outcome, text by its UTF-8 bytes and no user first; at most `limit` (1–10,000).
   */
  listActivities(range: ActivityRange, limit: number): Promise<ActivityCount[]>;

  /** Records of one request id, the oldest first, at most `limit` (1–1000). */
  findRequests(requestId: string, limit: number): Promise<RequestRecord[]>;

  /** Records, the latest first, of the half-open range and the filter; at most `limit` (1–1000), starting behind `before`. */
  listRequests(
    filter: RequestFilter,
    page: { before: RequestPosition | null; limit: number },
  ): Promise<ListedRequest[]>;

  /**
   * Forgets counts of minutes before `countsBefore`, and request records from before `requestsBefore` or, beyond `most`
   * of them, the oldest. At most `limit` (1–10,000) rows; answers how many went.
   */
  forgetActivity(
    bounds: { countsBefore: number; requestsBefore: number; most: number },
    limit: number,
  ): Promise<number>;
}

/** `ok` below 400, `refused` 4xx, `failed` 5xx. */
export const OUTCOMES = ['ok', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOfStatus(status: number): Outcome {
  return status < 400 ? 'ok' : status < 500 ? 'refused' : 'failed';
}

export interface ActivityCount {
  /** The beginning of the minute, milliseconds since 1970. */
  readonly minute: number;
  readonly activity: string;
  /** The client program, from its User-Agent; '' when it doesn't say. */
  readonly client: string;
  readonly userId: string | null;
  readonly outcome: Outcome;
  readonly count: number;
  /** Whole milliseconds, all together and the slowest one. */
  readonly totalMs: number;
  readonly maxMs: number;
}

export interface ActivityRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly activity?: string;
}

export interface RequestFilter {
  readonly from: number;
  readonly to: number;
  readonly activity?: string;
  readonly outcome?: Outcome;
}

/** Where a record stands in the list: `n` counts those that were kept, across the times. */
export interface RequestPosition {
  readonly time: number;
  readonly n: number;
}

/** Where a page begins: behind `before`, or with what is from before the range's end, whichever comes later in the list. */
export function earlier(before: RequestPosition | null, to: number): RequestPosition {
  return before !== null && before.time < to ? before : { time: to, n: 0 };
}

export type ListedRequest = RequestRecord & RequestPosition;

export interface RequestRecord {
  readonly requestId: string;
  readonly time: number;
  readonly ms: number;
  readonly method: string;
  /** The route's pattern, never the path: e-mails stay out. */
  readonly route: string;
  readonly status: number;
  readonly ip: string;
  readonly userId: string | null;
  readonly tokenId: string | null;
  readonly activity: string | null;
  /** After redaction. */
  readonly commandLine: string | null;
  readonly userAgent: string | null;
  /** The request that a proxy asked about, e.g. `GET /orders`. */
  readonly original: string | null;
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string | null;
}
