import { getUserByEmail } from '../../users/find-user.ts';
import { actOf } from '../request-context.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { EmailParams, Generic, replies } from '../schemas.ts';
import { Type } from '../type.ts';

const query = Type.Object({
  except: Type.Optional(Type.Literal('current', { description: 'Keeps the token of this request.' })),
});

const ended = Type.Object(
  { ...Generic.properties, count: Type.Integer({ description: 'How many tokens were ended.' }) },
  { title: 'V4DeletedAuthTokens' },
);

export function deleteUserAuthTokens(app: App, { store, clock }: Parts): void {
  app.delete(
    '/v4/users/:email/auth-tokens/',
    {
      schema: {
        operationId: 'deleteUserAuthTokens',
        summary: "End all of a user's tokens",
        tags: ['auth tokens'],
        params: EmailParams,
        querystring: query,
        response: replies({ 200: ended }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => {
      const user = await getUserByEmail(store, request.params.email);
      const { token } = principalOf(request);
      const which = {
        cause: 'revoked' as const,
        ...(request.query.except === 'current' ? { exceptId: token.id } : {}),
      };
      const { ended: count } = await store.endTokens(user.id, which, {
        ...actOf(request),
        time: clock.now(),
      });
      return {
        code: 'RESOURCE_DELETED',
        message: 'The authentication tokens have been successfully deleted.',
        count,
      };
    },
  );
}
