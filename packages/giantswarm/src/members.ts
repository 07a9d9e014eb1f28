/** Everything public, by name. */
import { ApiClient as ApiClientClass } from './api-client.ts';
import { AuditApi as AuditApiClass } from './audit-api.ts';
import { AuthTokensApi as AuthTokensApiClass } from './auth-tokens-api.ts';
import { es5Callable } from './es5-callable.ts';
import { InfoApi as InfoApiClass } from './info-api.ts';
import { UsersApi as UsersApiClass } from './users-api.ts';

export const ApiClient: typeof ApiClientClass = es5Callable(ApiClientClass);
export type ApiClient = ApiClientClass;
export const AuditApi: typeof AuditApiClass = es5Callable(AuditApiClass);
export type AuditApi = AuditApiClass;
export const AuthTokensApi: typeof AuthTokensApiClass = es5Callable(AuthTokensApiClass);
export type AuthTokensApi = AuthTokensApiClass;
export const InfoApi: typeof InfoApiClass = es5Callable(InfoApiClass);
export type InfoApi = InfoApiClass;
export const UsersApi: typeof UsersApiClass = es5Callable(UsersApiClass);
export type UsersApi = UsersApiClass;

export type { Params, WithHttpInfo } from './api-client.ts';
export type { ApiResponse } from './api-response.ts';
export type {
  ActivityOptions,
  AuditOptions,
  CallOptions,
  EndOptions,
  EraseOptions,
  ExportOptions,
  ListOptions,
  RangeOptions,
  RequestListOptions,
} from './arguments.ts';
export {
  V4ActivityCount,
  V4AuditChain,
  V4AuditEvent,
  V4RecordedRequest,
  V4TracedRequest,
} from './audit-models.ts';
export type {
  ApiKeyAuthentication,
  Authentication,
  BasicAuthentication,
  OAuth2Authentication,
} from './authentication.ts';
export type { Constructable, ReturnType } from './convert.ts';
export { ApiError, isApiError } from './errors.ts';
export {
  V4InfoResponse,
  V4InfoResponseGeneral,
  V4InfoResponseGeneralAvailabilityZones,
  V4InfoResponseWorkers,
  V4InfoResponseWorkersCountPerCluster,
  V4Status,
} from './info-models.ts';
export type { Model } from './model.ts';
export {
  V4AuthToken,
  V4AuthTokenEnded,
  V4AuthTokenLastUsed,
  V4CreateAuthTokenRequest,
  V4CreateAuthTokenResponse,
  V4CreateUserRequest,
  V4DeletedAuthTokens,
  V4GenericResponse,
  V4ModifyUserPasswordRequest,
  V4ModifyUserRequest,
  V4UserListItem,
} from './models.ts';
export { nextCursor } from './next-cursor.ts';
export type { CollectionFormat } from './params.ts';
export type { RequestDraft } from './request-draft.ts';
export type { Timeout } from './send.ts';
