import type { WithHttpInfo } from './api-client.ts';
import { ApiClient } from './api-client.ts';
import type {
  ActivityOptions,
  AuditOptions,
  ExportOptions,
  Options,
  RequestListOptions,
} from './arguments.ts';
import { readArguments } from './arguments.ts';
import {
  V4ActivityCount,
  V4AuditChain,
  V4AuditEvent,
  V4RecordedRequest,
  V4TracedRequest,
} from './audit-models.ts';
import { unexpectedResponse } from './errors.ts';
import { callOperation, dataOf } from './operation.ts';

/**
 * What was done, and what requests were for. Beyond v4, and for administrators only; failures are those of
 * `AuthTokensApi`. Times may be RFC 3339 text or a `Date`; a range is `from` ≤ time < `to`.
 */
export class AuditApi {
  /** What the calls go through; may be replaced. */
  apiClient: ApiClient;

  /** @param apiClient default `ApiClient.instance` */
  constructor(apiClient?: ApiClient | null) {
    this.apiClient = apiClient || ApiClient.instance;
  }

  /**
   * Get audit events, `GET /v4/audit-events/`: the latest first, a page at a time.
   *
   * @param opts the filter, which must stay the same from page to page; `limit` 1–1000, default 100; `cursor` from
   *   `nextCursor(response)` of the page before
   */
  getAuditEvents(opts?: AuditOptions | null): Promise<V4AuditEvent[]> {
    return this.getAuditEventsWithHttpInfo(opts).then(dataOf);
  }

  /** `getAuditEvents` with the response. */
  getAuditEventsWithHttpInfo(opts?: AuditOptions | null): Promise<WithHttpInfo<V4AuditEvent[]>> {
    const read = readArguments('getAuditEvents', [], [opts]);
    const filter = ['event', 'subject', 'actor', 'request_id', 'from', 'to'] as const;
    const query = [...filter, 'limit', 'cursor'] as const;
    return callOperation(this.apiClient, '/v4/audit-events/', 'GET', [V4AuditEvent], read, query);
  }

  /**
   * Export audit events, `GET /v4/audit-events/export/`: the whole trail, the oldest first, as a stream of UTF-8 text,
   * since it may be longer than memory. `for await (const chunk of stream)` reads it in Node; everywhere
   * `new Response(stream).text()` reads it whole. The time limit holds until the stream begins; `signal`, or
   * `stream.cancel()`, ends it. A stream that breaks off rejects its reader.
   *
   * @param opts `format`: `ndjson` (the default; can be verified offline) or `csv`
   * @throws Error `ERR_UNEXPECTED_RESPONSE` when what answers is not such an export
   */
  exportAuditEvents(opts?: ExportOptions | null): Promise<ReadableStream<Uint8Array>> {
    return this.exportAuditEventsWithHttpInfo(opts).then(dataOf);
  }

  /** `exportAuditEvents` with the response. */
  exportAuditEventsWithHttpInfo(
    opts?: ExportOptions | null,
  ): Promise<WithHttpInfo<ReadableStream<Uint8Array>>> {
    const read = readArguments('exportAuditEvents', [], [opts]);
    const type = opts?.format === 'csv' ? 'text/csv' : 'application/x-ndjson';
    const path = '/v4/audit-events/export/';
    return callOperation<ReadableStream<Uint8Array>>(
      this.apiClient,
      path,
      'GET',
      'Stream',
      read,
      ['format'],
      type,
    ).then((result) => {
      if (result.response.type === type) return result;
      result.data?.cancel();
      throw unexpectedResponse(`The service answered with something else than ${type}`, result.response);
    });
  }

  /**
   * Get audit chains, `GET /v4/audit-chains/`: how far the trail goes, and whether its end is the one that was signed.
   * Whether all of it is whole, only somebody can tell who recomputes it from its first event on.
   */
  getAuditChains(opts?: Options): Promise<V4AuditChain[]> {
    return this.getAuditChainsWithHttpInfo(opts).then(dataOf);
  }

  /** `getAuditChains` with the response. */
  getAuditChainsWithHttpInfo(opts?: Options): Promise<WithHttpInfo<V4AuditChain[]>> {
    const read = readArguments('getAuditChains', [], [opts]);
    return callOperation(this.apiClient, '/v4/audit-chains/', 'GET', [V4AuditChain], read);
  }

  /** Get activities, `GET /v4/activities/`: how often, by whom, how long, with what outcome; by default the last day. */
  getActivities(opts?: ActivityOptions | null): Promise<V4ActivityCount[]> {
    return this.getActivitiesWithHttpInfo(opts).then(dataOf);
  }

  /** `getActivities` with the response. */
  getActivitiesWithHttpInfo(opts?: ActivityOptions | null): Promise<WithHttpInfo<V4ActivityCount[]>> {
    const read = readArguments('getActivities', [], [opts]);
    const query = ['from', 'to', 'step', 'activity'] as const;
    return callOperation(this.apiClient, '/v4/activities/', 'GET', [V4ActivityCount], read, query);
  }

  /**
   * Get requests, `GET /v4/requests/`: single ones, the latest first, a page at a time; by default those of the last day.
   *
   * @param opts the filter, which must stay the same from page to page; `limit` 1–1000, default 100; `cursor` from
   *   `nextCursor(response)` of the page before
   */
  getRequests(opts?: RequestListOptions | null): Promise<V4RecordedRequest[]> {
    return this.getRequestsWithHttpInfo(opts).then(dataOf);
  }

  /** `getRequests` with the response. */
  getRequestsWithHttpInfo(opts?: RequestListOptions | null): Promise<WithHttpInfo<V4RecordedRequest[]>> {
    const read = readArguments('getRequests', [], [opts]);
    const query = ['from', 'to', 'activity', 'outcome', 'limit', 'cursor'] as const;
    return callOperation(this.apiClient, '/v4/requests/', 'GET', [V4RecordedRequest], read, query);
  }

  /**
   * Get request, `GET /v4/requests/{id}/`: everything known of one `X-Request-ID`.
   *
   * @throws ApiError `RESOURCE_NOT_FOUND` when nothing is, or nothing any more
   */
  getRequest(id: string, opts?: Options): Promise<V4TracedRequest> {
    return this.getRequestWithHttpInfo(id, opts).then(dataOf);
  }

  /** `getRequest` with the response. */
  getRequestWithHttpInfo(id: string, opts?: Options): Promise<WithHttpInfo<V4TracedRequest>> {
    const read = readArguments('getRequest', ['id'], [id, opts]);
    return callOperation(this.apiClient, '/v4/requests/{id}/', 'GET', V4TracedRequest, read);
  }
}
