import { type TSchema, Type } from 'typebox';
import { REFUSALS, type RefusalName } from '../errors.ts';
import { formatTime, RFC3339_PATTERN } from '../rfc3339.ts';
import type { UserRecord } from '../storage/records.ts';

/** Shapes that several routes share: what validates a request, types it, and describes it in the OpenAPI document. */

export const Time = Type.String({
  pattern: RFC3339_PATTERN,
  description: 'RFC 3339, with a zone. 0001-01-01T00:00:00Z means never.',
  examples: ['2030-01-31T12:00:00Z', '0001-01-01T00:00:00Z'],
});

/** A key that exists but may not be set here. */
export const Immutable = Type.Optional(
  Type.Unsafe<never>({ not: {}, description: 'Exists, but cannot be set here.' }),
);

export const Generic = Type.Object(
  {
    code: Type.String({ description: 'Stable, for programs.', examples: ['RESOURCE_DELETED'] }),
    message: Type.String({ description: 'For people.' }),
  },
  { title: 'V4GenericResponse' },
);

export const User = Type.Object(
  {
    email: Type.String({ examples: ['jane@example.com'] }),
    created: Time,
    expiry: Time,
    admin: Type.Boolean(),
    disabled: Type.Boolean({ description: 'A disabled user cannot log in and has no tokens.' }),
  },
  { title: 'V4UserListItem' },
);

/** A user as others may see it: never the password hash. */
export function userReply(user: UserRecord) {
  return {
    email: user.email,
    created: formatTime(user.created),
    expiry: formatTime(user.expiry),
    admin: user.admin,
    disabled: user.disabled,
  };
}

export const EmailParams = Type.Object({
  email: Type.String({ description: 'Percent-encoded; a + is a plus.', examples: ['jane@example.com'] }),
});

/** Refusals every route can give, whatever it does. */
const ALWAYS: readonly RefusalName[] = ['INVALID_INPUT', 'INTERNAL_ERROR', 'NOT_YET_AVAILABLE'];

/** A route's replies: its successes, and for each refusal it can give, the generic body under that status. */
export function replies<Successes extends Record<number, TSchema>>(
  successes: Successes,
  refusals: readonly RefusalName[],
) {
  const bodies: Record<number, TSchema> = {};
  const byStatus = Map.groupBy([...refusals, ...ALWAYS], (name) => REFUSALS[name].status);
  for (const [status, names] of byStatus) {
    const codes = new Set(names.map((name) => REFUSALS[name].code));
    bodies[status] = Type.Object(Generic.properties, {
      title: 'V4GenericResponse',
      description: [...codes].join(', '),
    });
  }
  return { ...bodies, ...successes } as Successes;
}
