import { requestReply } from '../../activity/request-reply.ts';
import { namedEventReply, peopleIn } from '../../audit/event-reply.ts';
import { Refusal } from '../../errors.ts';
import { OUTCOMES, type RequestPosition } from '../../storage/activity-store.ts';
import { userNames } from '../../users/user-names.ts';
import { pageOf } from '../page.ts';
import type { App, Parts } from '../route.ts';
import { PageQuery, RequestReply, replies, TracedRequest } from '../schemas.ts';
import { RangeQuery, rangeOf } from '../time-range.ts';
import { Type } from '../type.ts';

const DAY = 86_400_000;
/** Requests and events of one id that are shown: enough for any honest one. */
const MOST = 200;

/** `GET /v4/requests/`: single requests, to click down to from the activities. */
export function listRequests(app: App, { store, activity: recorder, clock, digestKeys }: Parts): void {
  app.get(
    '/v4/requests/',
    {
      schema: {
        operationId: 'getRequests',
        summary: 'Single requests, the latest first, page by page',
        description:
          'Those that named themselves or an activity, changed something or were refused. Without a range: the last day.',
        tags: ['audit'],
        querystring: Type.Object({
          ...PageQuery.properties,
          ...RangeQuery,
          activity: Type.Optional(Type.String()),
          outcome: Type.Optional(Type.Enum(OUTCOMES)),
        }),
        response: replies({ 200: Type.Array(RequestReply) }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      const { activity, outcome } = request.query;
      const asked = {
        ...rangeOf(request.query),
        ...(activity === undefined ? {} : { activity }),
        ...(outcome === undefined ? {} : { outcome }),
      };
      // A cursor is good for the list it was made for.
      const list = `requests ${JSON.stringify(asked)}`;
      const { limit, after, linkNext } = pageOf(request, reply, digestKeys, list);
      const { to = clock.now() + 1, from = to - DAY } = asked;
      // The first page has what has just been done; those behind it go further back.
      if (after === undefined) await recorder.flush();
      const page = { before: positionFrom(after), limit };
      const records = await store.listRequests({ ...asked, from, to }, page);
      linkNext(records, ({ time, n }) => `${time} ${n}`);
      const nameOf = await userNames(
        store,
        records.map((record) => record.userId),
      );
      return records.map((record) => requestReply(record, nameOf));
    },
  );
}

function positionFrom(text: string | undefined): RequestPosition | null {
  if (text === undefined) return null;
  const [time, n] = text.split(' ');
  return { time: Number(time), n: Number(n) };
}

/** `GET /v4/requests/{id}/`: everything known of one request id. */
export function getRequest(app: App, { store, activity: recorder }: Parts): void {
  app.get(
    '/v4/requests/:id/',
    {
      schema: {
        operationId: 'getRequest',
        summary: 'Everything known of one request id',
        description:
          'The requests that carried it, here and by forward-auth, and the audit events they left.',
        tags: ['audit'],
        params: Type.Object({ id: Type.String({ description: 'The X-Request-ID.' }) }),
        response: replies({ 200: TracedRequest }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => {
      const { id } = request.params;
      await recorder.flush();
      const [records, events] = await Promise.all([
        store.findRequests(id, MOST),
        store.listAuditEvents({ requestId: id }, { before: null, limit: MOST }),
      ]);
      if (records.length + events.length === 0) {
        throw new Refusal('RESOURCE_NOT_FOUND', {
          message: 'Nothing is known of this request: it was never here, or it is too long ago.',
        });
      }
      const nameOf = await userNames(store, [...records.map((record) => record.userId), ...peopleIn(events)]);
      return {
        id,
        requests: records.map((record) => requestReply(record, nameOf)),
        audit_events: events.reverse().map((event) => namedEventReply(event, nameOf)),
      };
    },
  );
}
