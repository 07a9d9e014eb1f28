import { getUserByEmail } from '../../users/find-user.ts';
import { userReply } from '../../users/user-reply.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { EmailParams, replies, User } from '../schemas.ts';

export function getCurrentUser(app: App, { clock }: Parts): void {
  app.get(
    '/v4/user/',
    {
      schema: {
        operationId: 'getCurrentUser',
        summary: 'The user the token speaks for',
        tags: ['users'],
        response: replies({ 200: User }, ['PERMISSION_DENIED']),
      },
    },
    async (request) => userReply(principalOf(request).user, clock.now()),
  );
}

export function getUser(app: App, { store, clock }: Parts): void {
  app.get(
    '/v4/users/:email/',
    {
      schema: {
        operationId: 'getUser',
        summary: 'One user',
        tags: ['users'],
        params: EmailParams,
        response: replies({ 200: User }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => userReply(await getUserByEmail(store, request.params.email), clock.now()),
  );
}
