import { Refusal } from '../../errors.ts';
import { authenticate } from '../authenticate.ts';
import { authorize } from '../authorize.ts';
import { parseCursor } from '../cursor.ts';
import { type Entry, RIGHTS } from '../rights.ts';
import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';

const query = Type.Object({
  since: Type.Optional(
    Type.String({ description: 'The id of the last event seen; as the header Last-Event-ID.' }),
  ),
});

const headers = Type.Object({ 'last-event-id': Type.Optional(Type.String()) });

/** How many may follow at once: each costs a connection and a little work for each change. */
const MAX_FOLLOWERS = 1_000;

export const REVOCATIONS = 'revocations';

export function followRevocations(app: App, parts: Parts): void {
  const { store, digestKeys, streams } = parts;
  let following = 0;
  app.get(
    '/v4/revocations/',
    {
      schema: {
        operationId: 'followRevocations',
        summary: 'What verifiers must forget, as it happens (server-sent events)',
        description:
          "Events: `{digest_id}` (a token's id), `{user}` (a user's id) or `{all: true}`, each with `time`. " +
          "Heartbeats, at least every 250 ms: everything committed before the service's monotonic time `at` (ms) has been sent. " +
          'On a resume everything missed comes before the first heartbeat.',
        tags: ['verification'],
        querystring: query,
        headers,
        produces: ['text/event-stream'],
        response: replies({ 200: Type.String() }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      // The headers, and nothing to follow.
      if (request.method === 'HEAD') return reply.type('text/event-stream').send('');
      if (parts.isDraining() || following >= MAX_FOLLOWERS)
        throw new Refusal('NOT_YET_AVAILABLE', { retryAfter: 1 });
      const cursor = request.query.since ?? request.headers['last-event-id'];
      const position = parseCursor(digestKeys, REVOCATIONS, cursor === '' ? undefined : cursor);
      const seq = position === undefined ? await store.latestChange() : Number(position);
      reply.hijack();
      following += 1;
      reply.raw.on('close', () => {
        following -= 1;
      });
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        // nginx would hold events back otherwise.
        'x-accel-buffering': 'no',
      });
      // The token that follows is verified again and again: it ends like any other.
      streams.follow(reply.raw, seq, async () => {
        try {
          authorize(request, await authenticate(request, parts), RIGHTS['GET /v4/revocations/'] as Entry);
          return true;
        } catch (error) {
          if (error instanceof Refusal) return false;
          throw error;
        }
      });
    },
  );
}
