/**
 * A small service that keeps the wire's promises to verifiers and can be told to misbehave: what the real one does
 * only on its worst day.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

export interface Behaviour {
  /** Milliseconds between an introspection's decision and its answer. */
  answerAfter: number;
  /** What introspection does: a status, no answer ever, a cut connection, or something unreadable. */
  introspection: 'right' | 'hang' | 'cut' | 'garbage' | 'huge' | number;
  /** Streams are accepted and stay silent: no event, no heartbeat, until this is false again. */
  silentStreams: boolean;
  /** What a stream gets that asks for a cursor from before the service's last loss of memory. */
  unknownCursor: 'all' | 'refuse';
  heartbeatEvery: number;
}

export interface Issued {
  sub?: string;
  username?: string;
  scope?: string;
  /** Milliseconds since 1970 */
  expires?: number;
}

export interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export const OWN_TOKEN = tokenString('v');

/** A token string; the same for the same seed, else a random one. */
export function tokenString(seed?: string): string {
  const secret = seed === undefined ? randomBytes(32).toString('base64url') : seed.repeat(43).slice(0, 43);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(`guardbee_${secret}`));
  return `guardbee_${secret}${checksum.toString('base64url')}`;
}

interface Stream {
  reply: ServerResponse;
  sent: number;
}

export class PeerService {
  readonly behaviour: Behaviour = {
    answerAfter: 0,
    introspection: 'right',
    silentStreams: false,
    unknownCursor: 'all',
    heartbeatEvery: 100,
  };
  readonly asked: Asked[] = [];
  readonly #tokens = new Map<
    string,
    { jti: string; ended: boolean } & Required<Omit<Issued, 'expires'>> & Issued
  >();
  readonly #streams = new Set<Stream>();
  #events: { data: string }[] = [];
  #memory = randomBytes(4).toString('hex');
  #server = createServer((request, reply) => void this.#serve(request, reply));
  #answering = 0;
  #timer: NodeJS.Timeout | undefined;

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const beat = () => {
      for (const stream of this.#streams) this.#beat(stream);
      this.#timer = setTimeout(beat, this.behaviour.heartbeatEvery);
    };
    beat();
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  issue({ sub = 'u1', username = 'jane@example.com', scope = '*', expires }: Issued = {}): string {
    const token = tokenString();
    const more = expires === undefined ? {} : { expires };
    this.#tokens.set(token, { sub, username, scope, jti: `t_${token.slice(9, 20)}`, ended: false, ...more });
    return token;
  }

  /** When this returns, the token's end is committed: what a logout answers by. */
  revoke(token: string): void {
    const entry = this.#tokens.get(token);
    if (entry === undefined) throw new Error('unknown token');
    entry.ended = true;
    this.#publish({ digest_id: entry.jti });
  }

  revokeUser(sub: string): void {
    for (const entry of this.#tokens.values()) if (entry.sub === sub) entry.ended = true;
    this.#publish({ user: sub });
  }

  publish(data: object): void {
    this.#publish(data);
  }

  /** As after a restart without its log of revocations: cursors given before mean nothing any more. */
  loseMemory(): void {
    this.#memory = randomBytes(4).toString('hex');
    this.#events = [];
    this.cutStreams();
  }

  cutStreams(): void {
    for (const { reply } of this.#streams) reply.socket?.destroy();
    this.#streams.clear();
  }

  behave(change: Partial<Behaviour>): void {
    Object.assign(this.behaviour, change);
    for (const stream of this.#streams) this.#catchUp(stream);
  }

  streams(): number {
    return this.#streams.size;
  }

  closeIdleConnections(): void {
    this.#server.closeIdleConnections();
  }

  /** How many introspections are being answered. */
  open(): number {
    return this.#answering;
  }

  introspections(): Asked[] {
    return this.asked.filter(({ path }) => path === '/oauth2/introspect');
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #publish(data: object): void {
    this.#events.push({ data: JSON.stringify({ ...data, time: new Date().toISOString() }) });
    for (const stream of this.#streams) this.#catchUp(stream);
  }

  async #serve(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://peer');
    let body = '';
    for await (const chunk of request) body += chunk;
    this.asked.push({ path: pathname, headers: request.headers, body });
    if (request.headers.authorization !== `Bearer ${OWN_TOKEN}`) {
      reply.writeHead(401).end();
    } else if (request.method === 'GET' && pathname === '/v4/revocations/') {
      this.#open(request, reply);
    } else if (request.method === 'POST' && pathname === '/oauth2/introspect') {
      this.#answering += 1;
      await this.#introspect(new URLSearchParams(body).get('token') ?? '', reply);
      this.#answering -= 1;
    } else {
      reply.writeHead(404).end();
    }
  }

  async #introspect(token: string, reply: ServerResponse): Promise<void> {
    const entry = this.#tokens.get(token);
    const isActive = entry !== undefined && !entry.ended && (entry.expires ?? Infinity) > Date.now();
    const answer = isActive
      ? {
          active: true,
          scope: entry.scope,
          username: entry.username,
          sub: entry.sub,
          jti: entry.jti,
          token_type: 'Bearer',
          iat: 1,
          ...(entry.expires === undefined ? {} : { exp: entry.expires / 1000 }),
          groups: ['staff'],
        }
      : { active: false };
    if (this.behaviour.answerAfter > 0) await sleep(this.behaviour.answerAfter);
    const { introspection } = this.behaviour;
    if (introspection === 'hang') return;
    if (introspection === 'cut') return void reply.socket?.destroy();
    if (typeof introspection === 'number') return void reply.writeHead(introspection).end('{"active":true}');
    reply.writeHead(200, { 'content-type': 'application/json' });
    if (introspection === 'garbage') reply.end(JSON.stringify({ ...answer, active: 'true' }));
    else if (introspection === 'huge') reply.end(`{"active":false${' '.repeat(100_000)}}`);
    else reply.end(JSON.stringify(answer));
  }

  #open(request: IncomingMessage, reply: ServerResponse): void {
    const cursor = request.headers['last-event-id'];
    const [memory, at] = typeof cursor === 'string' ? cursor.split('-') : [this.#memory, this.#events.length];
    const isLost = memory !== this.#memory;
    if (isLost && this.behaviour.unknownCursor === 'refuse') return void reply.writeHead(400).end();
    reply.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.flushHeaders();
    const stream: Stream = { reply, sent: isLost ? 0 : Number(at) };
    if (isLost) reply.write(`data: {"all":true}\n\n`);
    this.#streams.add(stream);
    reply.on('close', () => this.#streams.delete(stream));
    this.#beat(stream);
  }

  #catchUp(stream: Stream): void {
    if (this.behaviour.silentStreams) return;
    for (; stream.sent < this.#events.length; stream.sent += 1) {
      stream.reply.write(
        `id: ${this.#memory}-${stream.sent + 1}\ndata: ${this.#events[stream.sent]?.data}\n\n`,
      );
    }
  }

  #beat(stream: Stream): void {
    if (this.behaviour.silentStreams) return;
    this.#catchUp(stream);
    const data = JSON.stringify({ at: performance.now(), time: new Date().toISOString() });
    stream.reply.write(`event: heartbeat\nid: ${this.#memory}-${stream.sent}\ndata: ${data}\n\n`);
  }
}

/** The same in a process of its own, which can be stopped and continued by signals. */
export async function forkPeerService() {
  const child = fork(import.meta.filename, { execArgv: [], env: { ...process.env, NODE_TEST_CONTEXT: '' } });
  const call = async <T>(method: string, ...args: unknown[]): Promise<T> => {
    child.send({ method, args });
    const [answer] = await once(child, 'message');
    return answer.result;
  };
  const url = await call<string>('listen');
  return {
    url,
    issue: (issued?: Issued) => call<string>('issue', issued ?? {}),
    revoke: (token: string) => call<void>('revoke', token),
    behave: (change: Partial<Behaviour>) => call<void>('behave', change),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const peer = new PeerService() as unknown as Record<string, (...args: unknown[]) => unknown>;
  process.on('message', async ({ method, args }: { method: string; args: unknown[] }) => {
    process.send?.({ result: await peer[method]?.(...args) });
  });
  process.on('disconnect', () => process.exit());
}
