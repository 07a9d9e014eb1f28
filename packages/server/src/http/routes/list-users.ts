import { userReply } from '../../users/user-reply.ts';
import { pageOf } from '../page.ts';
import type { App, Parts } from '../route.ts';
import { PageQuery, replies, User } from '../schemas.ts';
import { Type } from '../type.ts';

export function listUsers(app: App, { store, digestKeys, clock }: Parts): void {
  app.get(
    '/v4/users/',
    {
      schema: {
        operationId: 'getUsers',
        summary: 'All users, page by page',
        description: 'The next page, if there is one, stands in the Link header with rel="next" (RFC 8288).',
        tags: ['users'],
        querystring: PageQuery,
        response: replies({ 200: Type.Array(User) }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      const { limit, after, linkNext } = pageOf(request, reply, digestKeys, 'users');
      const page = await store.listUsers({ after: after ?? '', limit });
      linkNext(page, (user) => user.canonicalEmail);
      return page.map((user) => userReply(user, clock.now()));
    },
  );
}
