import { namedEventReply, peopleIn } from '../../audit/event-reply.ts';
import { AUDIT_EVENTS, type AuditEventName } from '../../audit-events.ts';
import type { AuditEvent, AuditFilter, AuditPosition } from '../../storage/audit-store.ts';
import { canonicalEmail } from '../../users/email.ts';
import { userNames } from '../../users/user-names.ts';
import { pageOf } from '../page.ts';
import type { App, Parts } from '../route.ts';
import { AuditEventReply, PageQuery, replies } from '../schemas.ts';
import { RangeQuery, rangeOf } from '../time-range.ts';
import { Type } from '../type.ts';

const NAMES = Object.keys(AUDIT_EVENTS) as AuditEventName[];

const query = Type.Object({
  ...PageQuery.properties,
  ...RangeQuery,
  event: Type.Optional(Type.Enum(NAMES)),
  subject: Type.Optional(Type.String({ description: 'Whom it is about: an e-mail or a user id.' })),
  actor: Type.Optional(Type.String({ description: 'Who did it: an e-mail or a user id.' })),
  request_id: Type.Optional(Type.String()),
});

export function listAuditEvents(app: App, parts: Parts): void {
  app.get(
    '/v4/audit-events/',
    {
      schema: {
        operationId: 'getAuditEvents',
        summary: 'What was done: audit events, the latest first, page by page',
        tags: ['audit'],
        querystring: query,
        response: replies({ 200: Type.Array(AuditEventReply) }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      const filter = await filterOf(parts, request.query);
      // A cursor is good for the list it was made for: the filter is part of the list's name.
      const list = `audit ${JSON.stringify(filter)}`;
      const { limit, after, linkNext } = pageOf(request, reply, parts.digestKeys, list);
      const events =
        filter === undefined
          ? []
          : await parts.store.listAuditEvents(filter, { before: positionFrom(after), limit });
      linkNext(events, positionOf);
      const nameOf = await userNames(parts.store, peopleIn(events));
      return events.map((event) => namedEventReply(event, nameOf));
    },
  );
}

type Query = {
  from?: string;
  to?: string;
  event?: AuditEventName;
  subject?: string;
  actor?: string;
  request_id?: string;
};

/** Undefined: it names somebody whom there isn't, so there can be no such event. */
async function filterOf({ store }: Parts, wanted: Query): Promise<AuditFilter | undefined> {
  const idOf = async (who: string): Promise<string | undefined> => {
    const email = canonicalEmail(who);
    return email === undefined ? who : (await store.findUserByEmail(email))?.id;
  };
  const people: { subject?: string; actor?: string } = {};
  for (const role of ['subject', 'actor'] as const) {
    const who = wanted[role];
    if (who === undefined) continue;
    const id = await idOf(who);
    if (id === undefined) return undefined;
    people[role] = id;
  }
  return {
    ...rangeOf(wanted),
    ...people,
    ...(wanted.event === undefined ? {} : { event: wanted.event }),
    ...(wanted.request_id === undefined ? {} : { requestId: wanted.request_id }),
  };
}

function positionOf({ time, chain, n }: AuditEvent): string {
  return `${time} ${n} ${chain}`;
}

function positionFrom(text: string | undefined): AuditPosition | null {
  if (text === undefined) return null;
  const [time, n, chain = ''] = text.split(' ');
  return { time: Number(time), n: Number(n), chain };
}
