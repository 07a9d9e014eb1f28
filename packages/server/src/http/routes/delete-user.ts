import { eraseUser } from '../../users/erase-user.ts';
import { deleteUser as remove } from '../../users/modify-user.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { EmailParams, Generic, replies } from '../schemas.ts';
import { Type } from '../type.ts';

export function deleteUser(app: App, parts: Parts): void {
  app.delete(
    '/v4/users/:email/',
    {
      schema: {
        operationId: 'deleteUser',
        summary: 'Delete a user and end its tokens',
        tags: ['users'],
        params: EmailParams,
        querystring: Type.Object({
          erase: Type.Optional(
            Type.Enum(['true', 'false'] as const, {
              description: 'Also erase what is personal about the user from audit events and records.',
            }),
          ),
        }),
        response: replies({ 200: Generic }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => {
      const { email } = request.params;
      if (request.query.erase === 'true') await eraseUser(parts, email, actOf(request));
      else await remove(parts, email, actOf(request));
      return { code: 'RESOURCE_DELETED', message: `The user with email '${email}' has been deleted.` };
    },
  );
}
