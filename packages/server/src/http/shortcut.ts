import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserRecord } from '../storage/records.ts';
import type { Guess } from '../tokens/memory.ts';
import { userReply } from '../users/user-reply.ts';
import { useOf } from './authenticate.ts';
import { parseAuthorization } from './authorization.ts';
import { originalOf, requestId, seenIn } from './request-context.ts';
import type { Parts } from './route.ts';
import { identityHeaders } from './routes/verify.ts';

/**
 * The two questions that services ask all day, `GET /v4/user/` and `GET /verify`, answered without the framework when
 * the token is remembered: half of the CPU of a verification would be the framework's. Only the good answer is given
 * here. Whatever is unusual in any way goes the long way, which alone refuses; a test holds the two answers to be the
 * same, byte for byte.
 *
 * The store must be asked whether what is remembered still holds, *after* a request has come in. That costs two locks, a
 * third of a bare request; so the requests that came in during one turn of the event loop are confirmed together at its
 * end, by one question.
 */
export type RequestHandler = (request: IncomingMessage, reply: ServerResponse) => void;

type Question = 'user' | 'verify';

interface Asked {
  readonly request: IncomingMessage;
  readonly reply: ServerResponse;
  readonly question: Question;
  readonly guess: Guess;
  readonly headers: Headers;
  /** When it came in, by the monotonic clock. */
  readonly since: number;
}

const QUESTIONS: ReadonlyMap<string, Question> = new Map([
  ['/v4/user/', 'user'],
  ['/v4/user', 'user'],
  ['/verify', 'verify'],
  ['/verify/', 'verify'],
]);

/** Answers what it can; everything else goes to `longWay`. `isOff`: while true, it answers nothing. */
export function createShortcut(parts: Parts, isOff: () => boolean, longWay: RequestHandler): RequestHandler {
  const { finder, addressOf } = parts;
  const bodies: Record<Question, WeakMap<UserRecord, string>> = {
    user: new WeakMap(),
    verify: new WeakMap(),
  };
  let waiting: Asked[] = [];

  function confirmAll(): void {
    const asked = waiting;
    waiting = [];
    let confirm: ReturnType<typeof finder.confirm> | undefined;
    try {
      if (!parts.isDraining()) confirm = finder.confirm();
    } catch {
      // The long way asks again, and answers 503 if it must.
    }
    for (const one of asked) {
      if (confirm?.(one.guess, useOf(one.headers, addressOf(one.request)))) answer(one);
      else longWay(one.request, one.reply);
    }
  }

  function answer({ request, reply, question, guess, headers: given, since }: Asked): void {
    const { principal } = guess;
    const body = bodyOf(question, principal.user);
    const id = requestId(given['x-request-id']);
    const headers: Record<string, string | number> = {
      ...parts.replyHeaders,
      'x-request-id': id,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    };
    if (question === 'verify') Object.assign(headers, identityHeaders(principal));
    reply.writeHead(200, headers);
    reply.end(body);
    if (given['x-request-id'] ?? given['x-giant-swarm-activity'] ?? given.traceparent) {
      parts.activity.record({
        ...seenIn(given),
        requestId: id,
        ms: Math.round(performance.now() - since),
        method: 'GET',
        route: question === 'user' ? '/v4/user/' : '/verify',
        status: 200,
        ip: addressOf(request),
        userId: principal.user.id,
        tokenId: principal.token.id,
        original: parts.isFromTrustedProxy(request) ? originalOf(given) : null,
      });
    }
  }

  function bodyOf(question: Question, user: UserRecord): string {
    let body = bodies[question].get(user);
    if (body === undefined) {
      body = JSON.stringify(question === 'user' ? userReply(user, parts.clock.now()) : { email: user.email });
      bodies[question].set(user, body);
    }
    return body;
  }

  return (request, reply) => {
    const question = QUESTIONS.get(request.url ?? '');
    const isUsual =
      question !== undefined && request.method === 'GET' && request.httpVersion === '1.1' && !isOff();
    const headers = isUsual ? readHeaders(request.rawHeaders) : undefined;
    const credential = parseAuthorization(headers?.authorization);
    const guess = credential.kind === 'token' ? finder.guess(credential.value) : undefined;
    if (
      question === undefined ||
      headers === undefined ||
      guess === undefined ||
      isLocked(guess.principal.user)
    )
      return longWay(request, reply);
    if (waiting.push({ request, reply, question, guess, headers, since: performance.now() }) === 1)
      setImmediate(confirmAll);
  };
}

/** Until when is a matter of the clock: nothing to keep a text of. */
function isLocked({ lockedUntil }: UserRecord): boolean {
  return lockedUntil !== undefined && lockedUntil !== null;
}

/** The headers that matter here, by name. */
type Headers = { [Name in (typeof KNOWN_NAMES)[number]]?: string };

const KNOWN_NAMES = [
  'authorization',
  'host',
  'user-agent',
  'traceparent',
  'x-request-id',
  'x-giant-swarm-activity',
  'x-giant-swarm-cmdline',
  'x-original-method',
  'x-original-uri',
  'x-forwarded-method',
  'x-forwarded-uri',
] as const;
const KNOWN: ReadonlySet<string> = new Set(KNOWN_NAMES);
/** A body, or another origin (CORS has headers of its own). */
const UNUSUAL = new Set(['content-length', 'transfer-encoding', 'origin']);
const LENGTHS = new Set([...KNOWN, ...UNUSUAL].map((name) => name.length));

/**
 * Reads what arrived, without Node's `headers`, which would be made of all of it. Undefined when anything is unusual: a
 * body, an origin, no Host, or one of the headers that matter twice.
 */
function readHeaders(rawHeaders: readonly string[]): Headers | undefined {
  const headers: Headers = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] as string;
    if (!LENGTHS.has(given.length)) continue;
    const name = given.toLowerCase();
    if (UNUSUAL.has(name)) return undefined;
    if (!KNOWN.has(name)) continue;
    if (headers[name as keyof Headers] !== undefined) return undefined;
    headers[name as keyof Headers] = rawHeaders[at + 1] as string;
  }
  return headers.host === undefined ? undefined : headers;
}
