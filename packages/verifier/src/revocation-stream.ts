import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { type Clock, type Moment, momentOf } from './clock.ts';
import { Tie } from './freshness.ts';
import { codeOf } from './introspect.ts';
import type { Origin } from './origin.ts';
import { type Revocation, readHeartbeat, readRevocation } from './revocation.ts';

/** The most that may come without an event in it, in characters. */
const MAX_EVENT = 1024 * 1024;

/** The service does not know the cursor: what came after it can't be had any more. */
export class CursorLost extends Error {}

/** A heartbeat, tied to our clock: all that was committed before `monotonic` has been received. */
export interface Confirmation {
  readonly monotonic: number;
  readonly now: Moment;
  readonly serviceTime: number;
}

interface StreamHandlers {
  readonly onRevocation: (revocation: Revocation) => void;
  readonly onConfirmation: (confirmation: Confirmation) => void;
}

export interface StreamOptions extends StreamHandlers {
  readonly bearer: () => Promise<string>;
  /** Resumes after this event; without it the stream begins now. */
  readonly cursor: string | undefined;
  /** Milliseconds without a byte after which the connection counts as dead. */
  readonly silence: number;
  readonly clock: Clock;
}

/** One connection to `GET /v4/revocations/`. */
export class RevocationStream {
  /** Settles when the connection is over; never rejects. */
  readonly ended: Promise<Error>;
  readonly #abort = new AbortController();
  #cursor: string | undefined;

  constructor(origin: Origin, options: StreamOptions) {
    this.#cursor = options.cursor;
    this.ended = this.#run(origin, options)
      .then(() => new Error('the service ended the stream'))
      .catch((error: Error) => error)
      .then((reason) => {
        // whichever reason came first is the one
        this.#abort.abort(reason);
        return this.#abort.signal.reason as Error;
      });
  }

  /** The last event that has been taken in. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  close(reason: Error = new Error('closed')): void {
    this.#abort.abort(reason);
  }

  async #run(origin: Origin, options: StreamOptions): Promise<void> {
    const { signal } = this.#abort;
    const watchdog = setTimeout(
      () => this.close(new Error(`nothing was heard for ${options.silence} ms`)),
      options.silence,
    ).unref();
    try {
      const authorization = await options.bearer();
      // Before the connection is opened: the service can't have read its clock any earlier.
      const tie = new Tie(momentOf(options.clock));
      const reply = await open(origin, authorization, options.cursor, signal);
      const parse = this.#parser(tie, options);
      const decoder = new TextDecoder();
      for await (const chunk of reply) {
        watchdog.refresh();
        parse(decoder.decode(chunk, { stream: true }));
        signal.throwIfAborted();
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  #parser(tie: Tie, { onRevocation, onConfirmation, clock }: StreamOptions): (text: string) => void {
    let sinceEvent = 0;
    const parser = createParser({
      onEvent: ({ event, data, id }) => {
        // what comes in the same piece after the connection was given up counts no more
        this.#abort.signal.throwIfAborted();
        sinceEvent = 0;
        if (event === 'heartbeat') {
          const { at, time } = readHeartbeat(data);
          const now = momentOf(clock);
          const monotonic = tie.earliest(at, now);
          if (monotonic === undefined) throw new Error('the clocks have parted');
          onConfirmation({ monotonic, now, serviceTime: time });
        } else {
          onRevocation(readRevocation(data));
        }
        if (id !== undefined) this.#cursor = id;
      },
    });
    return (text) => {
      sinceEvent += text.length;
      parser.feed(text);
      if (sinceEvent > MAX_EVENT) throw new Error('an event does not end');
    };
  }
}

function open(
  origin: Origin,
  authorization: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = origin.request('/v4/revocations/', {
      kept: false,
      headers: {
        accept: 'text/event-stream',
        authorization,
        'cache-control': 'no-cache',
        ...(cursor === undefined ? {} : { 'last-event-id': cursor }),
      },
      signal,
    });
    // a program that has nothing else to do may end
    request.on('socket', (socket) => socket.unref());
    request.on('error', (error) => reject(new Error(`the stream could not be opened (${codeOf(error)})`)));
    request.on('response', (reply) => {
      const status = reply.statusCode ?? 0;
      if (status === 200 && /^text\/event-stream\b/.test(reply.headers['content-type'] ?? '')) {
        return resolve(reply);
      }
      request.destroy();
      const lost = cursor !== undefined && (status === 400 || status === 410);
      reject(
        lost
          ? new CursorLost('the stream can’t be resumed')
          : new Error(`the service answered ${status} instead of a stream`),
      );
    });
    request.end();
  });
}
