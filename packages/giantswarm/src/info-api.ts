import type { WithHttpInfo } from './api-client.ts';
import { ApiClient } from './api-client.ts';
import type { Options } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { V4InfoResponse, V4Status } from './info-models.ts';
import { callOperation, dataOf } from './operation.ts';

/**
 * About the service. Both generations of arguments, and failures, as in `UsersApi`.
 * Source: the "Giant Swarm v4 API client" document, InfoApi.
 */
export class InfoApi {
  /** What the calls go through; may be replaced. */
  apiClient: ApiClient;

  /** @param apiClient default `ApiClient.instance` */
  constructor(apiClient?: ApiClient | null) {
    this.apiClient = apiClient || ApiClient.instance;
  }

  /** Get information on the installation, `GET /v4/info/`. For any user. */
  getInfo(opts?: Options): Promise<V4InfoResponse>;
  getInfo(authorization: string, opts?: Options): Promise<V4InfoResponse>;
  getInfo(...args: unknown[]): Promise<V4InfoResponse> {
    return this.getInfoWithHttpInfo(...(args as [Options])).then(dataOf);
  }

  /** `getInfo` with the response. */
  getInfoWithHttpInfo(opts?: Options): Promise<WithHttpInfo<V4InfoResponse>>;
  getInfoWithHttpInfo(authorization: string, opts?: Options): Promise<WithHttpInfo<V4InfoResponse>>;
  getInfoWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4InfoResponse>> {
    const read = readArguments('getInfo', [], args);
    return callOperation(this.apiClient, '/v4/info/', 'GET', V4InfoResponse, read);
  }

  /** Get status, `GET /v4/status/`: how the service is doing, since its start. Administrators only. Beyond v4. */
  getStatus(opts?: Options): Promise<V4Status> {
    return this.getStatusWithHttpInfo(opts).then(dataOf);
  }

  /** `getStatus` with the response. */
  getStatusWithHttpInfo(opts?: Options): Promise<WithHttpInfo<V4Status>> {
    const read = readArguments('getStatus', [], [opts]);
    return callOperation(this.apiClient, '/v4/status/', 'GET', V4Status, read);
  }
}
