import { formatTime } from '../rfc3339.ts';
import { outcomeOfStatus, type RequestRecord } from '../storage/activity-store.ts';

/** A recorded request in the API's words. */
export async function requestReply(
  record: RequestRecord,
  nameOf: (id: string | null) => Promise<string | null>,
) {
  return {
    request_id: record.requestId,
    time: formatTime(record.time),
    ms: record.ms,
    method: record.method,
    route: record.route,
    status: record.status,
    outcome: outcomeOfStatus(record.status),
    ip: record.ip,
    user_id: record.userId,
    user_email: await nameOf(record.userId),
    token_id: record.tokenId,
    activity: record.activity,
    command_line: record.commandLine,
    user_agent: record.userAgent,
    original: record.original,
    trace_id: record.traceId,
  };
}
