import { changeOwnPassword, resetPassword } from '../../users/change-password.ts';
import { getUserByEmail } from '../../users/find-user.ts';
import { isSelf } from '../authorize.ts';
import { actOf } from '../request-context.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { EmailParams, Generic, replies } from '../schemas.ts';
import { Type } from '../type.ts';

const body = Type.Object(
  {
    current_password_base64: Type.Optional(
      Type.String({ description: 'Required to change your own password.' }),
    ),
    new_password_base64: Type.String({
      description: "Standard padded base64 of the password's UTF-8 bytes.",
    }),
  },
  { title: 'V4ModifyUserPasswordRequest', additionalProperties: false },
);

export function modifyPassword(app: App, parts: Parts): void {
  app.post(
    '/v4/users/:email/password/',
    {
      schema: {
        operationId: 'modifyPassword',
        summary: 'Change a password',
        description: "Ends the user's tokens, all but the one that makes the change.",
        tags: ['users'],
        params: EmailParams,
        body,
        response: replies({ 202: Generic }, [
          'UNKNOWN_ATTRIBUTE',
          'INVALID_CREDENTIALS',
          'PERMISSION_DENIED',
          'RESOURCE_NOT_FOUND',
          'TOO_MANY_REQUESTS',
        ]),
      },
    },
    async (request, reply) => {
      const { current_password_base64: currentBase64, new_password_base64: newBase64 } = request.body;
      const principal = principalOf(request);
      if (isSelf(request, principal)) {
        const passwords = { currentBase64, newBase64, keepTokenId: principal.token.id };
        await changeOwnPassword(parts, principal.user, passwords, actOf(request));
      } else {
        const user = await getUserByEmail(parts.store, request.params.email);
        await resetPassword(parts, user, newBase64, actOf(request));
      }
      reply.code(202);
      return { code: 'RESOURCE_UPDATED', message: 'The password has been changed.' };
    },
  );
}
