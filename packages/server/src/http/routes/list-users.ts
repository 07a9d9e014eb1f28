import { Type } from 'typebox';
import { formatCursor, parseCursor } from '../cursor.ts';
import type { App, Parts } from '../route.ts';
import { replies, User, userReply } from '../schemas.ts';

const query = Type.Object({
  // A query is text, and nothing is coerced: the number's form is part of the schema.
  limit: Type.Optional(
    Type.String({ pattern: '^(?:[1-9][0-9]{0,2}|1000)$', description: '1 to 1000, default 100' }),
  ),
  cursor: Type.Optional(Type.String({ description: 'From the Link header of the page before. Opaque.' })),
});

export function listUsers(app: App, { store, digestKeys }: Parts): void {
  app.get(
    '/v4/users/',
    {
      schema: {
        operationId: 'getUsers',
        summary: 'All users, page by page',
        description: 'The next page, if there is one, stands in the Link header with rel="next" (RFC 8288).',
        tags: ['users'],
        querystring: query,
        response: replies({ 200: Type.Array(User) }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      const limit = Number(request.query.limit ?? 100);
      const after = parseCursor(digestKeys, 'users', request.query.cursor);
      const page = await store.listUsers({ after: after ?? '', limit });
      const last = page.at(-1);
      if (page.length === limit && last !== undefined) {
        const cursor = formatCursor(digestKeys, 'users', last.canonicalEmail);
        reply.header('link', `</v4/users/?limit=${limit}&cursor=${cursor}>; rel="next"`);
      }
      return page.map(userReply);
    },
  );
}
