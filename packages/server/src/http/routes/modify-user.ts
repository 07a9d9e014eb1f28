import { Refusal } from '../../errors.ts';
import { parseExpiry } from '../../expiry.ts';
import { GROUP_PATTERN, MOST_GROUPS } from '../../users/groups.ts';
import { modifyUser } from '../../users/modify-user.ts';
import { userReply } from '../../users/user-reply.ts';
import { actOf } from '../request-context.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { EmailParams, Immutable, replies, Time, User } from '../schemas.ts';
import { Type } from '../type.ts';

const body = Type.Object(
  {
    email: Type.Optional(Type.String()),
    expiry: Type.Optional(Time),
    admin: Type.Optional(Type.Boolean()),
    disabled: Type.Optional(Type.Boolean()),
    groups: Type.Optional(
      Type.Array(Type.String({ pattern: GROUP_PATTERN }), {
        maxItems: MOST_GROUPS,
        description: 'Replaces all groups.',
      }),
    ),
    created: Immutable,
    password: Immutable,
    locked_until: Immutable,
  },
  {
    title: 'V4ModifyUserRequest',
    additionalProperties: false,
    description: 'All but email: administrators only.',
  },
);

export function patchUser(app: App, parts: Parts): void {
  app.patch(
    '/v4/users/:email/',
    {
      schema: {
        operationId: 'modifyUser',
        summary: 'Change a user',
        description: 'A user who is disabled or expired by this loses all tokens at once.',
        tags: ['users'],
        params: EmailParams,
        body,
        response: replies({ 200: User }, [
          'UNKNOWN_ATTRIBUTE',
          'IMMUTABLE_ATTRIBUTE',
          'PERMISSION_DENIED',
          'RESOURCE_NOT_FOUND',
          'RESOURCE_ALREADY_EXISTS',
        ]),
      },
    },
    async (request) => {
      const { expiry, ...rest } = request.body;
      const onlyEmail = Object.keys(request.body).every((key) => key === 'email');
      if (!onlyEmail && !principalOf(request).user.admin) {
        throw new Refusal('PERMISSION_DENIED', { challenge: 'insufficient_scope' });
      }
      const wanted = expiry === undefined ? rest : { ...rest, expiry: parseExpiry(expiry) };
      return userReply(
        await modifyUser(parts, request.params.email, wanted, actOf(request)),
        parts.clock.now(),
      );
    },
  );
}
