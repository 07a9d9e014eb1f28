import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Act, ActOrigin } from '../storage/records.ts';
import { redactCommandLine, redactPath, redactText, redactTokens } from './redact.ts';

/** What a request says of itself in its headers, fit to be kept. */

export type Given = Readonly<Partial<Record<string, string | string[] | undefined>>>;

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** W3C Trace Context section 3.2; an all-zero id is none. */
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
/** Characters kept of a header, and of a command line. */
const LONGEST = 200;
const LONGEST_COMMAND = 1_000;

/**
 * The caller's `X-Request-ID` where it is fit to be repeated in headers and logs, else undefined. A token string is not: what
 * is chained into the audit trail stays there.
 */
function givenRequestId(given: string | string[] | undefined): string | undefined {
  if (typeof given !== 'string' || !REQUEST_ID.test(given)) return undefined;
  return redactTokens(given) === given ? given : undefined;
}

/** The caller's `X-Request-ID`, or a new one. */
export function requestId(given: string | string[] | undefined): string {
  return givenRequestId(given) ?? randomUUID();
}

/** Who acts, in answer to which request: what the store keeps with everything that happens. */
export function actOf(request: FastifyRequest): Omit<Act, 'time'> & { origin: ActOrigin } {
  return {
    actor: request.authenticated?.user.id ?? null,
    requestId: request.id,
    origin: { ip: request.ip, ...saidBy(request.headers) },
  };
}

/** What a client says it is and does it for. */
export function saidBy(headers: Given): Omit<ActOrigin, 'ip'> {
  return {
    userAgent: shortText(headers['user-agent']),
    activity: shortText(headers['x-giant-swarm-activity']),
    commandLine: remember(commandLines, headers['x-giant-swarm-cmdline'], (text) =>
      // Redacted before it is cut: the end of a secret must not be what is left of it.
      redactCommandLine(text).slice(0, LONGEST_COMMAND),
    ),
  };
}

export function shortText(header: string | string[] | undefined): string | null {
  return remember(shortTexts, header, (text) => redactText(text).slice(0, LONGEST));
}

/** What the recorder of activities learns from headers. */
export function seenIn(headers: Given) {
  return {
    named: givenRequestId(headers['x-request-id']) !== undefined,
    traceId: traceIdOf(headers),
    ...saidBy(headers),
  };
}

/** The trace that the request is part of, 32 hex digits. */
export function traceIdOf(headers: Given): string | null {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? (TRACE_PARENT.exec(traceparent)?.[1] ?? null) : null;
}

/**
 * Which request a proxy asks about, by nginx's or Traefik's and Caddy's names, e.g. `GET /orders`; the caller knows
 * whether the proxy may be believed. Only the path: a query may hold secrets of other services.
 */
export function originalOf(headers: Given): string | null {
  const method = headers['x-original-method'] ?? headers['x-forwarded-method'];
  const uri = headers['x-original-uri'] ?? headers['x-forwarded-uri'];
  if (typeof method !== 'string' || typeof uri !== 'string') return null;
  return `${method.slice(0, 20)} ${redactPath(uri)}`.slice(0, 300);
}

// The same few texts come with thousands of requests; long ones are not worth their memory.
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 500;
const shortTexts = new Map<string, string>();
const commandLines = new Map<string, string>();

/** Node gives a header's bytes as Latin-1, so it has no surrogates; NUL and line breaks it refuses. */
function remember(
  known: Map<string, string>,
  header: string | string[] | undefined,
  make: (text: string) => string,
): string | null {
  if (typeof header !== 'string' || header === '') return null;
  let made = known.get(header);
  if (made === undefined) {
    made = make(header);
    if (known.size >= MOST_REMEMBERED) known.clear();
    if (header.length <= LONGEST_REMEMBERED) known.set(header, made);
  }
  return made;
}
