import type { WithHttpInfo } from './api-client.ts';
import { ApiClient } from './api-client.ts';
import type { Options } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { toWire } from './model.ts';
import { V4CreateAuthTokenRequest, V4CreateAuthTokenResponse, V4GenericResponse } from './models.ts';
import { callOperation, dataOf } from './operation.ts';

/**
 * Log in and out. Every method rejects as `ApiClient.callApi` does, and throws at once, synchronously, when a
 * required argument is missing. A `…WithHttpInfo` twin resolves `{ data, response }`.
 * Source: the "Giant Swarm v4 API client" document, AuthTokensApi.
 */
export class AuthTokensApi {
  /** What the calls go through; may be replaced. */
  apiClient: ApiClient;

  /** @param apiClient default `ApiClient.instance` */
  constructor(apiClient?: ApiClient | null) {
    this.apiClient = apiClient || ApiClient.instance;
  }

  /**
   * Create Auth Token (Login), `POST /v4/auth-tokens/`.
   *
   * @param body e-mail and password; a model, a plain object, or JSON text that is sent as it is
   * @throws ApiError `INVALID_CREDENTIALS`, `TOO_MANY_REQUESTS` (then with `retryAfter`) and others
   */
  createAuthToken(
    body: V4CreateAuthTokenRequest | string,
    opts?: Options,
  ): Promise<V4CreateAuthTokenResponse> {
    return this.createAuthTokenWithHttpInfo(body, opts).then(dataOf);
  }

  /** `createAuthToken` with the response. */
  createAuthTokenWithHttpInfo(
    body: V4CreateAuthTokenRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4CreateAuthTokenResponse>> {
    const args = readArguments('createAuthToken', ['body'], [body, opts]);
    args.body = toWire(args.body, V4CreateAuthTokenRequest);
    return callOperation(this.apiClient, '/v4/auth-tokens/', 'POST', V4CreateAuthTokenResponse, args);
  }

  /**
   * Delete Auth Token (Logout), `DELETE /v4/auth-tokens/`: ends the token presented. Once it resolves, no
   * verification started later accepts that token.
   *
   * @param authorization a whole header value, like `giantswarm <token>`; wins over the client's apiKey.
   *   May be left out altogether: `deleteAuthToken(opts)`.
   * @throws ApiError `PERMISSION_DENIED` when the token is unknown or has ended already
   */
  deleteAuthToken(authorization: string, opts?: Options): Promise<V4GenericResponse>;
  deleteAuthToken(opts?: Options): Promise<V4GenericResponse>;
  deleteAuthToken(...args: unknown[]): Promise<V4GenericResponse> {
    return this.deleteAuthTokenWithHttpInfo(...(args as [Options])).then(dataOf);
  }

  /** `deleteAuthToken` with the response. */
  deleteAuthTokenWithHttpInfo(
    authorization: string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4GenericResponse>>;
  deleteAuthTokenWithHttpInfo(opts?: Options): Promise<WithHttpInfo<V4GenericResponse>>;
  deleteAuthTokenWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4GenericResponse>> {
    const read = readArguments('deleteAuthToken', [], args);
    return callOperation(this.apiClient, '/v4/auth-tokens/', 'DELETE', V4GenericResponse, read);
  }
}
