import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import { consoleFiles } from '../console-files.ts';
import type { App } from '../route.ts';
import { replies } from '../schemas.ts';
import { CONSOLE } from '../security-headers.ts';
import { Type } from '../type.ts';

/** Not JSON: bytes, under the type of each file. */
const FILE = Type.Unsafe<unknown>({
  description: 'A file of the console.',
  content: { 'text/html': { schema: { type: 'string' } } },
});

/** What is named by its content never changes; the page that names it may with each release. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** `GET /console/`: the one page. What somebody looks at there stands behind its `#`, which no browser sends. */
export function consolePages(app: App): void {
  const find = consoleFiles();

  async function send(
    name: string,
    cache: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const file = await find(name);
    if (file === undefined) throw new Refusal('RESOURCE_NOT_FOUND');
    const vary = [reply.getHeader('vary'), 'accept-encoding'].filter(Boolean).join(', ');
    reply.headers(CONSOLE).headers({ 'cache-control': cache, etag: file.etag, vary });
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    reply.type(file.type);
    if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(request.headers['accept-encoding'] ?? '')))
      return file.plain;
    reply.header('content-encoding', 'gzip');
    return file.gzipped;
  }

  app.get(
    '/console/',
    {
      schema: {
        operationId: 'getConsole',
        summary: 'The web console',
        tags: ['console'],
        response: replies({ 200: FILE }, []),
      },
    },
    (request, reply) => send('index.html', ASK_AGAIN, request, reply),
  );
  app.get(
    '/console/assets/:name',
    {
      schema: {
        operationId: 'getConsoleAsset',
        summary: "The console's scripts and styles",
        tags: ['console'],
        params: Type.Object({ name: Type.String() }),
        response: replies({ 200: FILE }, ['RESOURCE_NOT_FOUND']),
      },
    },
    (request, reply) => send(`assets/${request.params.name}`, FOR_EVER, request, reply),
  );
}
