import { Refusal } from '../../errors.ts';
import { revokeToken } from '../../tokens/revoke.ts';
import { actOf } from '../request-context.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { Generic, replies } from '../schemas.ts';

export function deleteAuthToken(app: App, parts: Parts): void {
  app.delete(
    '/v4/auth-tokens/',
    {
      schema: {
        operationId: 'deleteAuthToken',
        summary: 'Delete Auth Token (Logout)',
        description:
          'Ends the token that is presented. When this has answered 200, nothing accepts it any more.',
        tags: ['auth tokens'],
        response: replies({ 200: Generic }, ['PERMISSION_DENIED']),
      },
    },
    async (request) => {
      const { token } = principalOf(request);
      const outcome = await revokeToken(parts, token.id, 'logout', actOf(request));
      // Somebody else ended it between the look and the act.
      if (outcome === 'not_found') throw new Refusal('PERMISSION_DENIED', { challenge: 'invalid_token' });
      parts.counts.logouts.succeeded += 1;
      return { code: 'RESOURCE_DELETED', message: 'The authentication token has been successfully deleted.' };
    },
  );
}
