import { AUDIT_EVENTS, type AuditEventName } from '../audit-events.ts';
import { REFUSALS, type RefusalName } from '../errors.ts';
import { RFC3339_PATTERN } from '../rfc3339.ts';
import { OUTCOMES } from '../storage/activity-store.ts';
import { END_CAUSES } from '../storage/records.ts';
import { type TSchema, Type } from './type.ts';

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
    groups: Type.Array(Type.String(), { description: 'For the services that ask about tokens.' }),
    locked_until: Type.Union([Time, Type.Null()], {
      description: 'Closed to unknown devices until then, after too many wrong passwords. Null: open.',
    }),
  },
  { title: 'V4UserListItem' },
);

const LastUsed = Type.Union([
  Type.Null(),
  Type.Object({
    time: Time,
    ip: Type.String(),
    activity: Type.Union([Type.String(), Type.Null()], {
      description: 'X-Giant-Swarm-Activity of that request',
    }),
    user_agent: Type.Union([Type.String(), Type.Null()]),
  }),
]);

const Ended = Type.Object({
  time: Time,
  cause: Type.Enum(END_CAUSES),
  actor: Type.Union([Type.String(), Type.Null()], {
    description: "A user's id; null: the service or its operator",
  }),
  request_id: Type.Union([Type.String(), Type.Null()]),
});

export const Token = Type.Object(
  {
    id: Type.String({ description: "The token's public name." }),
    name: Type.Union([Type.String(), Type.Null()]),
    created: Time,
    expiry: Time,
    scopes: Type.Array(Type.String()),
    current: Type.Boolean({ description: 'Whether this is the token of this request.' }),
    last_used: LastUsed,
    ended: Type.Optional(Ended),
  },
  { title: 'V4AuthToken' },
);

const TextOrNull = Type.Union([Type.String(), Type.Null()]);

export const AuditEventReply = Type.Object(
  {
    chain: Type.String(),
    n: Type.Integer({ description: 'Counts 1, 2, 3 … within its chain.' }),
    time: Time,
    event: Type.Enum(Object.keys(AUDIT_EVENTS) as AuditEventName[]),
    subject: Type.Union([Type.String(), Type.Null()], {
      description: 'The id of the user whom it is about.',
    }),
    subject_email: Type.Union([Type.String(), Type.Null()], { description: 'Null when the user is gone.' }),
    actor: Type.Union([Type.String(), Type.Null()], {
      description: 'The id of the user who did it; null: the service or its operator.',
    }),
    actor_email: TextOrNull,
    request_id: TextOrNull,
    details: Type.Record(Type.String(), Type.Any()),
    personal: Type.Union([Type.Null(), Type.Record(Type.String(), Type.String())], {
      description: 'Addresses, e-mails, what the client said of itself. Null: nothing, or erased.',
    }),
  },
  { title: 'AuditEvent' },
);

export const ActivityCountReply = Type.Object(
  {
    time: Time,
    activity: Type.String(),
    client: Type.String({ description: 'The program, from its User-Agent.', examples: ['gsctl/0.24.1'] }),
    user_id: TextOrNull,
    user_email: TextOrNull,
    outcome: Type.Enum(OUTCOMES, { description: 'ok below 400, refused 4xx, failed 5xx' }),
    count: Type.Integer(),
    total_ms: Type.Integer(),
    max_ms: Type.Integer(),
  },
  { title: 'ActivityCount' },
);

export const RequestReply = Type.Object(
  {
    request_id: Type.String(),
    time: Time,
    ms: Type.Integer(),
    method: Type.String(),
    route: Type.String({ description: "The route's pattern; `/verify` for what a proxy asked." }),
    status: Type.Integer(),
    outcome: Type.Enum(OUTCOMES),
    ip: Type.String(),
    user_id: TextOrNull,
    user_email: TextOrNull,
    token_id: TextOrNull,
    activity: TextOrNull,
    command_line: Type.Union([Type.String(), Type.Null()], { description: 'Without what may be a secret.' }),
    user_agent: TextOrNull,
    original: Type.Union([Type.String(), Type.Null()], {
      description: 'The request that a proxy asked about.',
    }),
    trace_id: Type.Union([Type.String(), Type.Null()], { description: 'W3C trace id.' }),
  },
  { title: 'RecordedRequest' },
);

export const TracedRequest = Type.Object(
  { id: Type.String(), requests: Type.Array(RequestReply), audit_events: Type.Array(AuditEventReply) },
  { title: 'TracedRequest' },
);

export const TokenIdParams = Type.Object({
  id: Type.String({ description: "A token's id, not the token." }),
});

/** The page of a list that a query asks for. A query is text, and nothing is coerced: the number's form is in the schema. */
export const PageQuery = Type.Object({
  limit: Type.Optional(
    Type.String({ pattern: '^(?:[1-9][0-9]{0,2}|1000)$', description: '1 to 1000, default 100' }),
  ),
  cursor: Type.Optional(Type.String({ description: 'From the Link header of the page before. Opaque.' })),
});

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
