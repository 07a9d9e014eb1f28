import { formatTime } from '../../rfc3339.ts';
import { userNames } from '../../users/user-names.ts';
import type { App, Parts } from '../route.ts';
import { ActivityCountReply, replies } from '../schemas.ts';
import { RangeQuery, rangeOf } from '../time-range.ts';
import { Type } from '../type.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const STEPS = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '6h': 360 * MINUTE,
  '1d': DAY,
};
const MOST = 10_000;

const query = Type.Object({
  ...RangeQuery,
  step: Type.Optional(
    Type.Enum(Object.keys(STEPS) as (keyof typeof STEPS)[], {
      description: 'One row for so long. Default: 1h',
    }),
  ),
  activity: Type.Optional(Type.String({ description: 'This one only.' })),
});

/** `GET /v4/activities/`: what is being done, how often, by whom, how long it takes and how much of it is refused. */
export function listActivities(app: App, { store, activity: recorder, clock }: Parts): void {
  app.get(
    '/v4/activities/',
    {
      schema: {
        operationId: 'getActivities',
        summary: 'What requests were for, over time',
        description: `By X-Giant-Swarm-Activity. Without a range: the last day. At most ${MOST} rows.`,
        tags: ['audit'],
        querystring: query,
        response: replies({ 200: Type.Array(ActivityCountReply) }, ['PERMISSION_DENIED']),
      },
    },
    async (request) => {
      const { activity, step = '1h' } = request.query;
      const { to = clock.now() + MINUTE, from = to - DAY } = rangeOf(request.query);
      await recorder.flush();
      const range = { from, to, step: STEPS[step], ...(activity === undefined ? {} : { activity }) };
      const rows = await store.listActivities(range, MOST);
      const nameOf = await userNames(
        store,
        rows.map((row) => row.userId),
      );
      return rows.map((row) => ({
        time: formatTime(row.minute),
        activity: row.activity,
        client: row.client,
        user_id: row.userId,
        user_email: nameOf(row.userId),
        outcome: row.outcome,
        count: row.count,
        total_ms: row.totalMs,
        max_ms: row.maxMs,
      }));
    },
  );
}
