import { unlockUser as unlock } from '../../users/unlock-user.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { EmailParams, Generic, replies } from '../schemas.ts';

/** `DELETE /v4/users/{email}/lock/`: too many wrong passwords closed the account to unknown devices. */
export function unlockUser(app: App, parts: Parts): void {
  app.delete(
    '/v4/users/:email/lock/',
    {
      schema: {
        operationId: 'unlockUser',
        summary: 'Open an account again that wrong passwords have closed',
        description: 'An account that is not locked stays as it is.',
        tags: ['users'],
        params: EmailParams,
        response: replies({ 200: Generic }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => {
      const { email } = request.params;
      await unlock(parts, email, actOf(request));
      return { code: 'RESOURCE_DELETED', message: `The user with email '${email}' is not locked any more.` };
    },
  );
}
