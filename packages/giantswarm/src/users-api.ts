import type { WithHttpInfo } from './api-client.ts';
import { ApiClient } from './api-client.ts';
import type { EraseOptions, ListOptions, Options } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { toWire } from './model.ts';
import {
  V4CreateUserRequest,
  V4GenericResponse,
  V4ModifyUserPasswordRequest,
  V4ModifyUserRequest,
  V4UserListItem,
} from './models.ts';
import { callOperation, dataOf } from './operation.ts';

/**
 * Users. Every method has the newer form `(…, opts)` and the older `(authorization, …, opts)`, where
 * `authorization` is a whole header value that wins over the client's apiKey; `arguments.ts` says how they are
 * told apart. Failures are those of `AuthTokensApi`. A body may be a model, a plain object, or JSON text that
 * is sent as it is. Source: the "Giant Swarm v4 API client" document, UsersApi.
 */
export class UsersApi {
  /** What the calls go through; may be replaced. */
  apiClient: ApiClient;

  /** @param apiClient default `ApiClient.instance` */
  constructor(apiClient?: ApiClient | null) {
    this.apiClient = apiClient || ApiClient.instance;
  }

  /**
   * Create user, `PUT /v4/users/{email}/`. Administrators only.
   *
   * @throws ApiError `RESOURCE_ALREADY_EXISTS`, `INVALID_INPUT`, `UNKNOWN_ATTRIBUTE`, `PERMISSION_DENIED`
   */
  createUser(email: string, body: V4CreateUserRequest | string, opts?: Options): Promise<V4GenericResponse>;
  createUser(
    authorization: string,
    email: string,
    body: V4CreateUserRequest | string,
    opts?: Options,
  ): Promise<V4GenericResponse>;
  createUser(...args: unknown[]): Promise<V4GenericResponse> {
    return this.createUserWithHttpInfo(...(args as [string, V4CreateUserRequest | string, Options])).then(
      dataOf,
    );
  }

  /** `createUser` with the response. */
  createUserWithHttpInfo(
    email: string,
    body: V4CreateUserRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4GenericResponse>>;
  createUserWithHttpInfo(
    authorization: string,
    email: string,
    body: V4CreateUserRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4GenericResponse>>;
  createUserWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4GenericResponse>> {
    const read = readArguments('createUser', ['email', 'body'], args);
    read.body = toWire(read.body, V4CreateUserRequest);
    return callOperation(this.apiClient, '/v4/users/{email}/', 'PUT', V4GenericResponse, read);
  }

  /**
   * Modify user, `PATCH /v4/users/{email}/`. For oneself and administrators. Resolves the user as it is now.
   *
   * @throws ApiError `RESOURCE_NOT_FOUND`, `RESOURCE_ALREADY_EXISTS`, `IMMUTABLE_ATTRIBUTE`, `UNKNOWN_ATTRIBUTE`
   */
  modifyUser(email: string, body: V4ModifyUserRequest | string, opts?: Options): Promise<V4UserListItem>;
  modifyUser(
    authorization: string,
    email: string,
    body: V4ModifyUserRequest | string,
    opts?: Options,
  ): Promise<V4UserListItem>;
  modifyUser(...args: unknown[]): Promise<V4UserListItem> {
    return this.modifyUserWithHttpInfo(...(args as [string, V4ModifyUserRequest | string, Options])).then(
      dataOf,
    );
  }

  /** `modifyUser` with the response. */
  modifyUserWithHttpInfo(
    email: string,
    body: V4ModifyUserRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4UserListItem>>;
  modifyUserWithHttpInfo(
    authorization: string,
    email: string,
    body: V4ModifyUserRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4UserListItem>>;
  modifyUserWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4UserListItem>> {
    const read = readArguments('modifyUser', ['email', 'body'], args);
    read.body = toWire(read.body, V4ModifyUserRequest);
    return callOperation(this.apiClient, '/v4/users/{email}/', 'PATCH', V4UserListItem, read);
  }

  /**
   * Modify password, `POST /v4/users/{email}/password/`. For oneself, with the current password, and administrators.
   *
   * @throws ApiError `INVALID_INPUT` with the reason why the new password is refused
   */
  modifyPassword(
    email: string,
    body: V4ModifyUserPasswordRequest | string,
    opts?: Options,
  ): Promise<V4GenericResponse>;
  modifyPassword(
    authorization: string,
    email: string,
    body: V4ModifyUserPasswordRequest | string,
    opts?: Options,
  ): Promise<V4GenericResponse>;
  modifyPassword(...args: unknown[]): Promise<V4GenericResponse> {
    return this.modifyPasswordWithHttpInfo(
      ...(args as [string, V4ModifyUserPasswordRequest | string, Options]),
    ).then(dataOf);
  }

  /** `modifyPassword` with the response. */
  modifyPasswordWithHttpInfo(
    email: string,
    body: V4ModifyUserPasswordRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4GenericResponse>>;
  modifyPasswordWithHttpInfo(
    authorization: string,
    email: string,
    body: V4ModifyUserPasswordRequest | string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4GenericResponse>>;
  modifyPasswordWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4GenericResponse>> {
    const read = readArguments('modifyPassword', ['email', 'body'], args);
    read.body = toWire(read.body, V4ModifyUserPasswordRequest);
    return callOperation(this.apiClient, '/v4/users/{email}/password/', 'POST', V4GenericResponse, read);
  }

  /**
   * Get user, `GET /v4/users/{email}/`. For oneself and administrators.
   *
   * @throws ApiError `RESOURCE_NOT_FOUND`, `PERMISSION_DENIED`
   */
  getUser(email: string, opts?: Options): Promise<V4UserListItem>;
  getUser(authorization: string, email: string, opts?: Options): Promise<V4UserListItem>;
  getUser(...args: unknown[]): Promise<V4UserListItem> {
    return this.getUserWithHttpInfo(...(args as [string, Options])).then(dataOf);
  }

  /** `getUser` with the response. */
  getUserWithHttpInfo(email: string, opts?: Options): Promise<WithHttpInfo<V4UserListItem>>;
  getUserWithHttpInfo(
    authorization: string,
    email: string,
    opts?: Options,
  ): Promise<WithHttpInfo<V4UserListItem>>;
  getUserWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4UserListItem>> {
    const read = readArguments('getUser', ['email'], args);
    return callOperation(this.apiClient, '/v4/users/{email}/', 'GET', V4UserListItem, read);
  }

  /**
   * Delete user, `DELETE /v4/users/{email}/`. Administrators only. Ends all tokens of the user.
   *
   * @param opts `erase: true` also removes what is personal about the user from the records; beyond v4
   * @throws ApiError `RESOURCE_NOT_FOUND`, `PERMISSION_DENIED`
   */
  deleteUser(email: string, opts?: EraseOptions | null): Promise<V4GenericResponse>;
  deleteUser(authorization: string, email: string, opts?: EraseOptions | null): Promise<V4GenericResponse>;
  deleteUser(...args: unknown[]): Promise<V4GenericResponse> {
    return this.deleteUserWithHttpInfo(...(args as [string, Options])).then(dataOf);
  }

  /** `deleteUser` with the response. */
  deleteUserWithHttpInfo(email: string, opts?: EraseOptions | null): Promise<WithHttpInfo<V4GenericResponse>>;
  deleteUserWithHttpInfo(
    authorization: string,
    email: string,
    opts?: EraseOptions | null,
  ): Promise<WithHttpInfo<V4GenericResponse>>;
  deleteUserWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4GenericResponse>> {
    const read = readArguments('deleteUser', ['email'], args);
    return callOperation(this.apiClient, '/v4/users/{email}/', 'DELETE', V4GenericResponse, read, ['erase']);
  }

  /**
   * Unlock user, `DELETE /v4/users/{email}/lock/`: opens an account again that too many wrong passwords have closed to
   * unknown devices. One that is not locked stays as it is. Administrators only. Beyond v4.
   *
   * @throws ApiError `RESOURCE_NOT_FOUND`, `PERMISSION_DENIED`
   */
  unlockUser(email: string, opts?: Options): Promise<V4GenericResponse> {
    return this.unlockUserWithHttpInfo(email, opts).then(dataOf);
  }

  /** `unlockUser` with the response. */
  unlockUserWithHttpInfo(email: string, opts?: Options): Promise<WithHttpInfo<V4GenericResponse>> {
    const read = readArguments('unlockUser', ['email'], [email, opts ?? {}]);
    return callOperation(this.apiClient, '/v4/users/{email}/lock/', 'DELETE', V4GenericResponse, read);
  }

  /**
   * Get current user, `GET /v4/user/`. Who the token belongs to.
   *
   * @throws ApiError `PERMISSION_DENIED` when the token is not valid
   */
  getCurrentUser(opts?: Options): Promise<V4UserListItem>;
  getCurrentUser(authorization: string, opts?: Options): Promise<V4UserListItem>;
  getCurrentUser(...args: unknown[]): Promise<V4UserListItem> {
    return this.getCurrentUserWithHttpInfo(...(args as [Options])).then(dataOf);
  }

  /** `getCurrentUser` with the response. */
  getCurrentUserWithHttpInfo(opts?: Options): Promise<WithHttpInfo<V4UserListItem>>;
  getCurrentUserWithHttpInfo(authorization: string, opts?: Options): Promise<WithHttpInfo<V4UserListItem>>;
  getCurrentUserWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4UserListItem>> {
    const read = readArguments('getCurrentUser', [], args);
    return callOperation(this.apiClient, '/v4/user/', 'GET', V4UserListItem, read);
  }

  /**
   * Get users, `GET /v4/users/`. Administrators only.
   *
   * @throws ApiError `PERMISSION_DENIED`
   */
  getUsers(opts?: ListOptions | null): Promise<V4UserListItem[]>;
  getUsers(authorization: string, opts?: ListOptions | null): Promise<V4UserListItem[]>;
  getUsers(...args: unknown[]): Promise<V4UserListItem[]> {
    return this.getUsersWithHttpInfo(...(args as [Options])).then(dataOf);
  }

  /** `getUsers` with the response. */
  getUsersWithHttpInfo(opts?: ListOptions | null): Promise<WithHttpInfo<V4UserListItem[]>>;
  getUsersWithHttpInfo(
    authorization: string,
    opts?: ListOptions | null,
  ): Promise<WithHttpInfo<V4UserListItem[]>>;
  getUsersWithHttpInfo(...args: unknown[]): Promise<WithHttpInfo<V4UserListItem[]>> {
    const read = readArguments('getUsers', [], args);
    return callOperation(this.apiClient, '/v4/users/', 'GET', [V4UserListItem], read, ['limit', 'cursor']);
  }
}
