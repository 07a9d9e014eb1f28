import type { Timeout } from './send.ts';

/** Options of every operation. null and undefined are as if absent. */
export interface CallOptions {
  /** `X-Request-ID`: tracks a request through services. 1–128 of `A–Z a–z 0–9 . _ : -`, else the service makes one. */
  xRequestID?: string | null | undefined;
  /** `X-Giant-Swarm-Activity`: the purpose several requests share, like `list-clusters`. */
  xGiantSwarmActivity?: string | null | undefined;
  /** `X-Giant-Swarm-CmdLine`: the command line, if a command issued the call. Leave secrets out. */
  xGiantSwarmCmdLine?: string | null | undefined;
  /** Ends the call; it then rejects with the signal's reason. This client's own addition. */
  signal?: AbortSignal | null | undefined;
  /** Milliseconds, for this call instead of the client's `timeout`. This client's own addition. */
  timeout?: Timeout;
}

/** Options of lists: which page. Beyond v4. */
export interface ListOptions extends CallOptions {
  /** Items at most, 1–1000; default 100. */
  limit?: number | null | undefined;
  /** Where to go on: `nextCursor(response)` of the page before. Opaque. */
  cursor?: string | null | undefined;
}

/** Options of ending many tokens. Beyond v4. */
export interface EndOptions extends CallOptions {
  /** `current`: spares the token that asks. */
  except?: 'current' | null | undefined;
}

/** Options of `deleteUser`. Beyond v4. */
export interface EraseOptions extends CallOptions {
  /** Also removes what is personal about the user from audit events and records, for good. Administrators only. */
  erase?: boolean | null | undefined;
}

/** A half-open range of time: `from` ≤ time < `to`. RFC 3339 text or a `Date`. Beyond v4. */
export interface RangeOptions extends CallOptions {
  from?: string | Date | null | undefined;
  to?: string | Date | null | undefined;
}

/** Which audit events, and which page of them. Beyond v4. */
export interface AuditOptions extends RangeOptions, ListOptions {
  /** Like `login.failed`. */
  event?: string | null | undefined;
  /** Whom it is about: an e-mail or a user id. */
  subject?: string | null | undefined;
  /** Who did it: an e-mail or a user id. */
  actor?: string | null | undefined;
  /** The request that did it; not to be confused with `xRequestID`, this call's own. */
  request_id?: string | null | undefined;
}

/** Options of the audit trail's export. Beyond v4. */
export interface ExportOptions extends CallOptions {
  /** Default `ndjson`. */
  format?: 'ndjson' | 'csv' | null | undefined;
}

/** Which activities, in which steps. Beyond v4. */
export interface ActivityOptions extends RangeOptions {
  /** How much time one row sums up; default `1h`. */
  step?: '1m' | '5m' | '15m' | '1h' | '6h' | '1d' | null | undefined;
  /** Only this one. */
  activity?: string | null | undefined;
}

/** Which recorded requests. Beyond v4. */
export interface RequestListOptions extends RangeOptions, ListOptions {
  activity?: string | null | undefined;
  outcome?: 'ok' | 'refused' | 'failed' | null | undefined;
}

/** The options that travel in the query, by the wire's names. */
export type QueryOption = Exclude<
  keyof (ListOptions &
    EndOptions &
    EraseOptions &
    AuditOptions &
    ExportOptions &
    ActivityOptions &
    RequestListOptions),
  keyof CallOptions
>;

/** Options as every operation takes them. */
export type Options = CallOptions | null | undefined;

/** The arguments of one call, by name. */
export interface Arguments {
  /** A whole `Authorization` header value that wins over the client's apiKey; undefined when none was given. */
  authorization: string | undefined;
  email: string;
  id: string;
  body: unknown;
  opts: CallOptions;
}

/**
 * Takes the arguments of both generations of an operation: the newer `(…required, opts)` and the older
 * `(authorization, …required, opts)`. They are told apart like this, first match counts:
 *
 * - no required argument: older when the first is a string, or when two are given;
 * - more arguments than the newer form has: older;
 * - the second is a string: older, since an e-mail then stands there; unless it is JSON text, a raw body;
 * - `(something, undefined)` where `something` is no e-mail: older with its e-mail forgotten.
 *
 * When in doubt it is the older: the other mistake would put a token into a URL.
 *
 * @throws Error `Missing the required parameter '…' when calling …`, `The parameter '…' must not be '..' when calling …`
 */
export function readArguments(
  operation: string,
  required: readonly ('email' | 'id' | 'body')[],
  args: readonly unknown[],
): Arguments {
  const names = isOlder(required, args) ? ['authorization', ...required] : required;
  const values: Record<string, unknown> = {};
  names.forEach((name, i) => {
    const value = args[i];
    const isToken = name === 'email' && /^\s*(giantswarm|bearer|token|basic)\s/i.test(String(value));
    if (value === undefined || value === null || isToken) throw missing(name, operation);
    if (isDotSegment(name, value)) {
      throw new Error(`The parameter '${name}' must not be '${value}' when calling ${operation}`);
    }
    values[name] = value;
  });
  const opts = (args[names.length] ?? {}) as CallOptions;
  return { authorization: undefined, email: '', id: '', body: null, ...values, opts };
}

function isOlder(required: readonly string[], args: readonly unknown[]): boolean {
  const [first, second] = args;
  if (required.length === 0) return typeof first === 'string' || args.length > 1;
  // a login needs no authorization in either generation
  if (required[0] !== 'email') return false;
  if (args.length > required.length + 1) return true;
  if (typeof second === 'string') return !/^\s*[[{"]/.test(second);
  const isForgotten = args.length > 1 && (second === undefined || second === null);
  return required.length === 1 && isForgotten && !String(first).includes('@');
}

/**
 * `.` and `..` are resolved away out of a path, percent-encoded too (WHATWG URL §4.1): the call would be another one, ending the
 * token that asks instead of the one that was named.
 */
function isDotSegment(name: string, value: unknown): boolean {
  return (name === 'email' || name === 'id') && ['.', '..'].includes(String(value));
}

function missing(parameter: string, operation: string): Error {
  return new Error(`Missing the required parameter '${parameter}' when calling ${operation}`);
}
