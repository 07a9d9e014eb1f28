import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Origin } from './origin.ts';
import { readIntrospection, type TokenFacts } from './principal.ts';
import { VerifierUnavailable } from './unavailable.ts';

/** What is passed on of the request that carried the token, so that the service can tie both together. */
export interface About {
  /** `X-Request-ID` */
  readonly requestId?: string | undefined;
  /** `X-Giant-Swarm-Activity` */
  readonly activity?: string | undefined;
}

/** The longest answer that is read, in bytes. */
const MAX_ANSWER = 64 * 1024;
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const ACTIVITY = /^[\x20-\x7e]{1,256}$/;

/**
 * Asks about a token (RFC 7662); undefined unless it is active.
 *
 * @throws VerifierUnavailable for everything that is neither yes nor no
 */
export async function introspect(
  origin: Origin,
  tokenString: string,
  { bearer, about, signal }: { bearer: string; about: About; signal: AbortSignal },
): Promise<TokenFacts | undefined> {
  const body = `token=${encodeURIComponent(tokenString)}`;
  const headers: Record<string, string | number> = {
    accept: 'application/json',
    authorization: bearer,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': body.length,
  };
  if (REQUEST_ID.test(about.requestId ?? '')) headers['x-request-id'] = about.requestId as string;
  if (ACTIVITY.test(about.activity ?? '')) headers['x-giant-swarm-activity'] = about.activity as string;

  let reply: { status: number; text: string };
  try {
    reply = await exchange(
      () => origin.request('/oauth2/introspect', { kept: true, method: 'POST', headers, signal }),
      body,
    );
  } catch (error) {
    if (signal.aborted) throw new VerifierUnavailable('the service did not answer in time');
    throw new VerifierUnavailable(`the service could not be asked (${codeOf(error)})`);
  }
  if (reply.status === 401 || reply.status === 403) {
    throw new VerifierUnavailable(`the service does not accept the verifier's own token (${reply.status})`);
  }
  if (reply.status !== 200) throw new VerifierUnavailable(`the service answered ${reply.status}`);
  try {
    return readIntrospection(JSON.parse(reply.text));
  } catch {
    throw new VerifierUnavailable('the answer of the service could not be read');
  }
}

/**
 * One request and its whole answer. A kept connection may have been closed just as it was used again; then the
 * question, which changes nothing, is put once more over another (RFC 9110 section 9.2.2).
 */
async function exchange(open: () => ClientRequest, body: string): Promise<{ status: number; text: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const request = open();
    try {
      const reply = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve).on('error', reject).end(body);
      });
      return { status: reply.statusCode ?? 0, text: await read(reply) };
    } catch (error) {
      request.destroy();
      if (!request.reusedSocket || codeOf(error) !== 'ECONNRESET' || attempt === 3) throw error;
    }
  }
}

async function read(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of reply) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER) throw Object.assign(new Error('too long an answer'), { code: 'too long' });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Why there is no answer, in the platform's one word: its whole error may show more than should be seen. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'no answer';
}
