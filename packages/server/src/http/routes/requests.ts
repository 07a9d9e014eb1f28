import { requestReply } from '../../activity/request-reply.ts';
import { namedEventReply, peopleIn } from '../../audit/event-reply.ts';
import { Refusal } from '../../errors.ts';
import { OUTCOMES } from '../../storage/activity-store.ts';
import { userNames } from '../../users/user-names.ts';
import type { App, Parts } from '../route.ts';
import { PageQuery, RequestReply, replies, TracedRequest } from '../schemas.ts';
import { RangeQuery, rangeOf } from '../time-range.ts';
import { Type } from '../type.ts';

const DAY = 86_400_000;
/** Requests and events of one id that are shown: enough for any honest one. */
const MOST = 200;

/** `GET /v4/requests/`: single requests, to click down to from the activities. */
export function listRequests(app: App, { store, activity: recorder, clock }: Parts): void {
  app.get(
    '/v4/requests/',
    {
      schema: {
        operationId: 'getRequests',
        summary: 'Single requests, the latest first',
        description:
          'Those that named themselves or an activity, changed something or were refused. Without a range: the last day.',
        tags: ['audit'],
        querystring: Type.Object({
          ...RangeQuery,
          limit: PageQuery.properties.limit,
          activity: Type.Optional(Type.String()),
          outcome: Type.Optional(Type.Enum(OUTCOMES)),
        }),
        response: replies({ 200: Type.Array(RequestReply) }, ['PERMISSION_DENIED']),
      },
    },
    async (request) => {
      const { activity, outcome, limit } = request.query;
      const { to = clock.now() + 1, from = to - DAY } = rangeOf(request.query);
      await recorder.flush();
      const filter = {
        from,
        to,
        ...(activity === undefined ? {} : { activity }),
        ...(outcome === undefined ? {} : { outcome }),
      };
      const records = await store.listRequests(filter, Number(limit ?? 100));
      const nameOf = await userNames(
        store,
        records.map((record) => record.userId),
      );
      return records.map((record) => requestReply(record, nameOf));
    },
  );
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
