import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type Credential, parseAuthorization } from './authorization.ts';
import { ownOrigin } from './own-origin.ts';

/**
 * The console's session: an ordinary token in a cookie that no script can read. A browser sends a cookie whoever wrote
 * the page that asks, so it counts only where the request itself shows that one of the console's own pages made it.
 */

/** No page of another origin can send it without a preflight (Fetch standard, CORS protocol), which never allows it. */
const OWN_HEADER = 'x-guardbee-console';

/** Questions of other services (`/verify` and its kind) are answered for tokens that were presented, never for cookies. */
const OPEN_TO_SESSIONS = /^\/(?:v4|console)\//;

type Trust = (request: IncomingMessage) => boolean;
type Asking = Pick<FastifyRequest, 'raw' | 'headers' | 'method'> & {
  routeOptions: { url?: string | undefined };
};

/**
 * Whether a page of the console made the request. It carries the console's header; the browser says that it comes from
 * the same origin (Fetch Metadata), where it says so at all; and its Origin is our own. Only reads have none.
 */
export function isFromConsole(request: Asking, isFromTrustedProxy: Trust): boolean {
  const { origin, 'sec-fetch-site': site, [OWN_HEADER]: own } = request.headers;
  if (own !== '1' || (site !== undefined && site !== 'same-origin')) return false;
  if (origin === undefined) return request.method === 'GET' || request.method === 'HEAD';
  return origin === ownOrigin(request.raw, isFromTrustedProxy);
}

/** The token of the console's session, for a request without `Authorization`. */
export function sessionCredential(request: Asking, isFromTrustedProxy: Trust): Credential {
  const { cookie } = request.headers;
  const none: Credential = { kind: 'none' };
  if (cookie === undefined || !OPEN_TO_SESSIONS.test(request.routeOptions.url ?? '')) return none;
  if (!isFromConsole(request, isFromTrustedProxy)) return none;
  const name = cookieName(isSecure(request.raw, isFromTrustedProxy));
  const values = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  // Two of one name: one of them was put there by a neighbour (RFC 6265 section 8.6), and nobody can tell which.
  return values.length === 1 ? parseAuthorization(`token ${values[0]}`) : none;
}

/** The `Set-Cookie` that begins the session of a token. It ends with the browser, or with its token. */
export function sessionCookie(
  tokenString: string,
  request: IncomingMessage,
  isFromTrustedProxy: Trust,
): string {
  return setCookie(tokenString, isSecure(request, isFromTrustedProxy));
}

/** The `Set-Cookie` that takes the session away. */
export function endedCookie(request: IncomingMessage, isFromTrustedProxy: Trust): string {
  return `${setCookie('', isSecure(request, isFromTrustedProxy))}; Max-Age=0`;
}

function isSecure(request: IncomingMessage, isFromTrustedProxy: Trust): boolean {
  return ownOrigin(request, isFromTrustedProxy)?.startsWith('https:') ?? false;
}

/** RFC 6265bis section 4.1.3.2: a browser takes a `__Host-` cookie from this very host over TLS only. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-guardbee-session' : 'guardbee-session';
}

function setCookie(value: string, secure: boolean): string {
  return `${cookieName(secure)}=${value}; Path=/${secure ? '; Secure' : ''}; HttpOnly; SameSite=Strict`;
}
