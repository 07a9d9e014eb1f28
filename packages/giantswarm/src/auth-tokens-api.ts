import type { WithHttpInfo } from './api-client.ts';
import { ApiClient } from './api-client.ts';
import type { EndOptions, ListOptions, Options } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { toWire } from './model.ts';
import {
  V4AuthToken,
  V4CreateAuthTokenRequest,
  V4CreateAuthTokenResponse,
  V4DeletedAuthTokens,
  V4GenericResponse,
} from './models.ts';
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

  /**
   * Get auth tokens, `GET /v4/auth-tokens/`: one's own living tokens, oldest first, a page at a time. Beyond v4.
   *
   * @param opts `limit` 1–1000, default 100; `cursor` from `nextCursor(response)` of the page before
   */
  getAuthTokens(opts?: ListOptions | null): Promise<V4AuthToken[]> {
    return this.getAuthTokensWithHttpInfo(opts).then(dataOf);
  }

  /** `getAuthTokens` with the response. */
  getAuthTokensWithHttpInfo(opts?: ListOptions | null): Promise<WithHttpInfo<V4AuthToken[]>> {
    const read = readArguments('getAuthTokens', [], [opts]);
    return callOperation(this.apiClient, '/v4/auth-tokens/', 'GET', [V4AuthToken], read, ['limit', 'cursor']);
  }

  /**
   * Get auth token, `GET /v4/auth-tokens/{id}/`: one's own, or for administrators anybody's; of one that has ended
   * also when, why and by whom. Beyond v4.
   *
   * @throws ApiError `PERMISSION_DENIED`, for administrators `RESOURCE_NOT_FOUND`
   */
  getAuthToken(id: string, opts?: Options): Promise<V4AuthToken> {
    return this.getAuthTokenWithHttpInfo(id, opts).then(dataOf);
  }

  /** `getAuthToken` with the response. */
  getAuthTokenWithHttpInfo(id: string, opts?: Options): Promise<WithHttpInfo<V4AuthToken>> {
    const read = readArguments('getAuthToken', ['id'], [id, opts]);
    return callOperation(this.apiClient, '/v4/auth-tokens/{id}/', 'GET', V4AuthToken, read);
  }

  /**
   * Delete auth token by id, `DELETE /v4/auth-tokens/{id}/`. Ending one that has ended changes nothing. Beyond v4.
   *
   * @throws ApiError `PERMISSION_DENIED`, for administrators `RESOURCE_NOT_FOUND`
   */
  deleteAuthTokenById(id: string, opts?: Options): Promise<V4GenericResponse> {
    return this.deleteAuthTokenByIdWithHttpInfo(id, opts).then(dataOf);
  }

  /** `deleteAuthTokenById` with the response. */
  deleteAuthTokenByIdWithHttpInfo(id: string, opts?: Options): Promise<WithHttpInfo<V4GenericResponse>> {
    const read = readArguments('deleteAuthTokenById', ['id'], [id, opts]);
    return callOperation(this.apiClient, '/v4/auth-tokens/{id}/', 'DELETE', V4GenericResponse, read);
  }

  /**
   * Get user's auth tokens, `GET /v4/users/{email}/auth-tokens/`, as `getAuthTokens`. For oneself and
   * administrators. Beyond v4.
   */
  getUserAuthTokens(email: string, opts?: ListOptions | null): Promise<V4AuthToken[]> {
    return this.getUserAuthTokensWithHttpInfo(email, opts).then(dataOf);
  }

  /** `getUserAuthTokens` with the response. */
  getUserAuthTokensWithHttpInfo(
    email: string,
    opts?: ListOptions | null,
  ): Promise<WithHttpInfo<V4AuthToken[]>> {
    const read = readArguments('getUserAuthTokens', ['email'], [email, opts ?? {}]);
    const path = '/v4/users/{email}/auth-tokens/';
    return callOperation(this.apiClient, path, 'GET', [V4AuthToken], read, ['limit', 'cursor']);
  }

  /**
   * Delete user's auth tokens, `DELETE /v4/users/{email}/auth-tokens/`: all of them, or with `except: 'current'` all
   * but the one that asks. `count` says how many. For oneself and administrators. Beyond v4.
   */
  deleteUserAuthTokens(email: string, opts?: EndOptions | null): Promise<V4DeletedAuthTokens> {
    return this.deleteUserAuthTokensWithHttpInfo(email, opts).then(dataOf);
  }

  /** `deleteUserAuthTokens` with the response. */
  deleteUserAuthTokensWithHttpInfo(
    email: string,
    opts?: EndOptions | null,
  ): Promise<WithHttpInfo<V4DeletedAuthTokens>> {
    const read = readArguments('deleteUserAuthTokens', ['email'], [email, opts ?? {}]);
    const path = '/v4/users/{email}/auth-tokens/';
    return callOperation(this.apiClient, path, 'DELETE', V4DeletedAuthTokens, read, ['except']);
  }
}
