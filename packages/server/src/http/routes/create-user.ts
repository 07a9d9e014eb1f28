import { parseExpiry } from '../../expiry.ts';
import { createUser } from '../../users/create-user.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { EmailParams, Generic, Immutable, replies, Time } from '../schemas.ts';
import { Type } from '../type.ts';

const body = Type.Object(
  {
    password: Type.String({ description: "Standard padded base64 of the password's UTF-8 bytes." }),
    expiry: Type.Optional(Time),
    email: Immutable,
    created: Immutable,
    admin: Immutable,
    disabled: Immutable,
    groups: Immutable,
    locked_until: Immutable,
  },
  { title: 'V4CreateUserRequest', additionalProperties: false },
);

export function putUser(app: App, parts: Parts): void {
  app.put(
    '/v4/users/:email/',
    {
      schema: {
        operationId: 'createUser',
        summary: 'Create a user',
        tags: ['users'],
        params: EmailParams,
        body,
        response: replies({ 201: Generic }, [
          'UNKNOWN_ATTRIBUTE',
          'IMMUTABLE_ATTRIBUTE',
          'PERMISSION_DENIED',
          'RESOURCE_ALREADY_EXISTS',
        ]),
      },
    },
    async (request, reply) => {
      const { email } = request.params;
      const { password: passwordBase64, expiry } = request.body;
      const wanted = { email, passwordBase64, expiry: expiry === undefined ? null : parseExpiry(expiry) };
      await createUser(parts, wanted, actOf(request));
      reply.code(201);
      return { code: 'RESOURCE_CREATED', message: `The user with email '${email}' has been created.` };
    },
  );
}
