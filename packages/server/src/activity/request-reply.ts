import { formatTime } from '../rfc3339.ts';
import { outcomeOfStatus, type RequestRecord } from '../storage/activity-store.ts';
import type { NameOf } from '../users/user-names.ts';

/** A recorded request in the API's words. */
export function requestReply(record: RequestRecord, nameOf: NameOf) {
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
    user_email: nameOf(record.userId),
    token_id: record.tokenId,
    activity: record.activity,
    command_line: record.commandLine,
    user_agent: record.userAgent,
    original: record.original,
    trace_id: record.traceId,
  };
}
