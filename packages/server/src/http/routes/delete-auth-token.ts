import { logOut } from '../log-out.ts';
import type { App, Parts } from '../route.ts';
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
      await logOut(parts, request);
      return { code: 'RESOURCE_DELETED', message: 'The authentication token has been successfully deleted.' };
    },
  );
}
