import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserRecord } from '../storage/records.ts';
import { useOf } from './authenticate.ts';
import { isRepeated, parseAuthorization } from './authorization.ts';
import { requestId } from './request-context.ts';
import type { Parts } from './route.ts';
import { identityHeaders } from './routes/verify.ts';
import { userReply } from './schemas.ts';

/**
 * The two questions that services ask all day, `GET /v4/user/` and `GET /verify`, answered without the framework when
 * the token is remembered: half of the CPU of a verification would be the framework's. Only the good answer is given
 * here. Whatever is unusual in any way goes the long way, which alone refuses; a test holds the two answers to be the
 * same, byte for byte.
 */
export type Shortcut = (request: IncomingMessage, reply: ServerResponse) => boolean;

type Question = 'user' | 'verify';

const QUESTIONS: ReadonlyMap<string, Question> = new Map([
  ['/v4/user/', 'user'],
  ['/v4/user', 'user'],
  ['/verify', 'verify'],
  ['/verify/', 'verify'],
]);

/** Answers with true when it has answered. `isOff`: while true, it answers nothing. */
export function createShortcut(parts: Parts, isOff: () => boolean): Shortcut {
  const bodies: Record<Question, WeakMap<UserRecord, string>> = {
    user: new WeakMap(),
    verify: new WeakMap(),
  };

  function bodyOf(question: Question, user: UserRecord): string {
    let body = bodies[question].get(user);
    if (body === undefined) {
      body = JSON.stringify(question === 'user' ? userReply(user) : { email: user.email });
      bodies[question].set(user, body);
    }
    return body;
  }

  return (request, reply) => {
    const question = QUESTIONS.get(request.url ?? '');
    if (question === undefined || request.method !== 'GET' || isOff() || parts.isDraining()) return false;
    const { headers, rawHeaders } = request;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false;
    // CORS has headers of its own.
    if (headers.origin !== undefined) return false;
    const credential = parseAuthorization(headers.authorization);
    if (credential.kind !== 'token') return false;
    if (isRepeated(rawHeaders, 'authorization') || isRepeated(rawHeaders, 'host')) return false;
    let principal: ReturnType<Parts['finder']['findRemembered']>;
    try {
      principal = parts.finder.findRemembered(credential.value, useOf(request, parts.addressOf));
    } catch {
      return false;
    }
    if (principal === undefined) return false;

    parts.counts.verifications.accepted += 1;
    const body = bodyOf(question, principal.user);
    reply.writeHead(200, {
      'x-request-id': requestId(request),
      'cache-control': 'no-store',
      ...(question === 'verify' ? identityHeaders(principal) : undefined),
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    reply.end(body);
    return true;
  };
}
