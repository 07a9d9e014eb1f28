import { connectionError } from './connection-error.ts';
import { timeoutError } from './errors.ts';

/**
 * Time limits in milliseconds; 0, null or absent means none. `response`: until the first byte of the answer.
 * `deadline`: until its last. A plain number is a deadline.
 */
export type Timeout =
  | number
  | { response?: number | null | undefined; deadline?: number | null | undefined }
  | null
  | undefined;

export interface Sending {
  timeout: Timeout;
  signal: AbortSignal | null | undefined;
  /** The body is read after this: the signal goes on to hold, the time limits don't. */
  streams: boolean;
}

/**
 * One `fetch`, headers and body, under its time limits and the caller's signal. `read` takes the response
 * while the deadline still runs.
 *
 * @throws the signal's reason; `Timeout of …ms exceeded`; the platform's reason why there is no answer
 */
export async function send<T>(
  url: string,
  init: RequestInit & { method: string },
  { timeout, signal, streams }: Sending,
  read: (reply: Response) => Promise<T>,
): Promise<T> {
  const limits = typeof timeout === 'object' ? timeout : { deadline: timeout };
  const controller = new AbortController();
  let stoppedBy: { reason: unknown } | undefined;
  const stop = (reason: unknown) => {
    stoppedBy ??= { reason };
    controller.abort(reason);
  };
  const limit = (kind: 'Timeout' | 'Response timeout', ms: number | null | undefined) =>
    ms ? setTimeout(() => stop(timeoutError(kind, ms)), ms) : undefined;
  const deadline = limit('Timeout', limits?.deadline);
  const response = limit('Response timeout', limits?.response);
  const onAbort = () => stop(signal?.reason);
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', onAbort);
    const reply = await fetch(url, { ...init, signal: controller.signal });
    clearTimeout(response);
    return await read(reply);
  } catch (thrown) {
    // some platforms reject with a bare AbortError instead of the reason
    if (stoppedBy) throw stoppedBy.reason;
    throw connectionError(thrown, init.method, url);
  } finally {
    clearTimeout(deadline);
    clearTimeout(response);
    if (!streams) signal?.removeEventListener('abort', onAbort);
  }
}
