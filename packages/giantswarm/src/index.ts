import * as members from './members.ts';

export * from './members.ts';

/**
 * The same as a plain object, for `import GiantSwarm from 'giantswarm'`; programs may replace its members.
 * `require('giantswarm')` and the classic script's global `GiantSwarm` are this object.
 */
const GiantSwarm: { -readonly [Name in keyof typeof members]: (typeof members)[Name] } = { ...members };
export default GiantSwarm;

/** The types under the same name, as in `let api: GiantSwarm.AuthTokensApi`. */
declare namespace GiantSwarm {
  export type ApiClient = members.ApiClient;
  export type ApiError = members.ApiError;
  export type ApiResponse = members.ApiResponse;
  export type AuthTokensApi = members.AuthTokensApi;
  export type CallOptions = members.CallOptions;
  export type InfoApi = members.InfoApi;
  export type UsersApi = members.UsersApi;
  export type ActivityOptions = members.ActivityOptions;
  export type AuditApi = members.AuditApi;
  export type AuditOptions = members.AuditOptions;
  export type EndOptions = members.EndOptions;
  export type EraseOptions = members.EraseOptions;
  export type ExportOptions = members.ExportOptions;
  export type ListOptions = members.ListOptions;
  export type RangeOptions = members.RangeOptions;
  export type RequestListOptions = members.RequestListOptions;
  export type V4ActivityCount = members.V4ActivityCount;
  export type V4AuditChain = members.V4AuditChain;
  export type V4AuditEvent = members.V4AuditEvent;
  export type V4AuthToken = members.V4AuthToken;
  export type V4AuthTokenEnded = members.V4AuthTokenEnded;
  export type V4AuthTokenLastUsed = members.V4AuthTokenLastUsed;
  export type V4CreateAuthTokenRequest = members.V4CreateAuthTokenRequest;
  export type V4CreateAuthTokenResponse = members.V4CreateAuthTokenResponse;
  export type V4CreateUserRequest = members.V4CreateUserRequest;
  export type V4DeletedAuthTokens = members.V4DeletedAuthTokens;
  export type V4GenericResponse = members.V4GenericResponse;
  export type V4InfoResponse = members.V4InfoResponse;
  export type V4InfoResponseGeneral = members.V4InfoResponseGeneral;
  export type V4InfoResponseGeneralAvailabilityZones = members.V4InfoResponseGeneralAvailabilityZones;
  export type V4InfoResponseWorkers = members.V4InfoResponseWorkers;
  export type V4InfoResponseWorkersCountPerCluster = members.V4InfoResponseWorkersCountPerCluster;
  export type V4ModifyUserPasswordRequest = members.V4ModifyUserPasswordRequest;
  export type V4ModifyUserRequest = members.V4ModifyUserRequest;
  export type V4RecordedRequest = members.V4RecordedRequest;
  export type V4Status = members.V4Status;
  export type V4TracedRequest = members.V4TracedRequest;
  export type V4UserListItem = members.V4UserListItem;
}
