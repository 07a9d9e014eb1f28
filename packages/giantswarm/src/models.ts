/**
 * The objects of the API, by their names on the wire; each `snake_case` name also has a camelCase alias.
 * Times are RFC 3339 texts; `0001-01-01T00:00:00Z` means never. Passwords travel as standard, padded base64
 * of their UTF-8 bytes, 1 to 1,024 of them. Source: the "Giant Swarm v4 API client" document; what goes
 * beyond v4 is marked.
 */
import type { Model } from './model.ts';
import { defineModel } from './model.ts';

/** Login. */
export interface V4CreateAuthTokenRequest {
  /** The user's e-mail address. */
  email?: string | undefined;
  /** The password, base64. */
  password_base64?: string | undefined;
  /** Alias of `password_base64`. */
  passwordBase64?: string | undefined;
  /** Beyond v4. What the token is for, 1–100 characters. */
  name?: string | undefined;
  /** Beyond v4. When the token ends; default: the service's policy, never if it has none. */
  expiry?: string | undefined;
  /** Beyond v4. What the token may do; default `['*']`, all its user may. */
  scopes?: string[] | undefined;
}
export const V4CreateAuthTokenRequest: Model<V4CreateAuthTokenRequest> = defineModel(
  'V4CreateAuthTokenRequest',
  { email: 'String', password_base64: 'String', name: 'String', expiry: 'String', scopes: ['String'] },
);

/** A new auth token. Keep it secret: it is shown this once. */
export interface V4CreateAuthTokenResponse {
  /** The token string. */
  auth_token?: string | undefined;
  /** Alias of `auth_token`. */
  authToken?: string | undefined;
  /** Beyond v4. The token's public name, safe to show and log. */
  id?: string | undefined;
  /** Beyond v4. When the token ends. */
  expiry?: string | undefined;
}
export const V4CreateAuthTokenResponse: Model<V4CreateAuthTokenResponse> = defineModel(
  'V4CreateAuthTokenResponse',
  { auth_token: 'String', id: 'String', expiry: 'String' },
);

/** What happened. */
export interface V4GenericResponse {
  /** For people. */
  message?: string | undefined;
  /** For programs, like `RESOURCE_DELETED`. */
  code?: string | undefined;
}
export const V4GenericResponse: Model<V4GenericResponse> = defineModel('V4GenericResponse', {
  message: 'String',
  code: 'String',
});

/** A user. */
export interface V4UserListItem {
  email?: string | undefined;
  /** When the account was made. */
  created?: string | undefined;
  /** When the account ends. */
  expiry?: string | undefined;
  /** Beyond v4. */
  admin?: boolean | undefined;
  /** Beyond v4. */
  disabled?: boolean | undefined;
  /** Beyond v4. */
  groups?: string[] | undefined;
  /** Beyond v4. Until when logins are refused; null: they are not. */
  locked_until?: string | null | undefined;
  /** Alias of `locked_until`. */
  lockedUntil?: string | null | undefined;
}
export const V4UserListItem: Model<V4UserListItem> = defineModel('V4UserListItem', {
  email: 'String',
  created: 'String',
  expiry: 'String',
  admin: 'Boolean',
  disabled: 'Boolean',
  groups: ['String'],
  locked_until: 'String',
});

/** A user to be created. */
export interface V4CreateUserRequest {
  /** The first password, base64. */
  password?: string | undefined;
  /** When the account ends; default never. */
  expiry?: string | undefined;
}
export const V4CreateUserRequest: Model<V4CreateUserRequest> = defineModel('V4CreateUserRequest', {
  password: 'String',
  expiry: 'String',
});

/** What is to change about a user; what is absent stays. */
export interface V4ModifyUserRequest {
  /** The new e-mail address. */
  email?: string | undefined;
  /** When the account ends. Administrators only. */
  expiry?: string | undefined;
  /** Beyond v4. Administrators only. */
  admin?: boolean | undefined;
  /** Beyond v4. Administrators only. */
  disabled?: boolean | undefined;
  /** Beyond v4. Administrators only. */
  groups?: string[] | undefined;
}
export const V4ModifyUserRequest: Model<V4ModifyUserRequest> = defineModel('V4ModifyUserRequest', {
  email: 'String',
  expiry: 'String',
  admin: 'Boolean',
  disabled: 'Boolean',
  groups: ['String'],
});

/** A change of password. */
export interface V4ModifyUserPasswordRequest {
  /** The password so far, base64. Needed for one's own; administrators leave it out for others. */
  current_password_base64?: string | undefined;
  /** Alias of `current_password_base64`. */
  currentPasswordBase64?: string | undefined;
  /** The new password, base64. */
  new_password_base64?: string | undefined;
  /** Alias of `new_password_base64`. */
  newPasswordBase64?: string | undefined;
}
export const V4ModifyUserPasswordRequest: Model<V4ModifyUserPasswordRequest> = defineModel(
  'V4ModifyUserPasswordRequest',
  { current_password_base64: 'String', new_password_base64: 'String' },
);

/** When a token was last used. Beyond v4; behind by 5 seconds at most. */
export interface V4AuthTokenLastUsed {
  time?: string | undefined;
  ip?: string | undefined;
  /** `X-Giant-Swarm-Activity` of that request. */
  activity?: string | null | undefined;
  user_agent?: string | null | undefined;
  /** Alias of `user_agent`. */
  userAgent?: string | null | undefined;
}
export const V4AuthTokenLastUsed: Model<V4AuthTokenLastUsed> = defineModel('V4AuthTokenLastUsed', {
  time: 'String',
  ip: 'String',
  activity: 'String',
  user_agent: 'String',
});

/** When and why a token ended. Beyond v4. */
export interface V4AuthTokenEnded {
  time?: string | undefined;
  /** Like `logout`, `revoked`, `expired`, `password_changed`. */
  cause?: string | undefined;
  /** The id of the user who did it; null: the service or its operator. */
  actor?: string | null | undefined;
  request_id?: string | null | undefined;
  /** Alias of `request_id`. */
  requestId?: string | null | undefined;
}
export const V4AuthTokenEnded: Model<V4AuthTokenEnded> = defineModel('V4AuthTokenEnded', {
  time: 'String',
  cause: 'String',
  actor: 'String',
  request_id: 'String',
});

/** A token as its owner sees it, without the token itself. Beyond v4. */
export interface V4AuthToken {
  /** The token's public name. */
  id?: string | undefined;
  name?: string | null | undefined;
  created?: string | undefined;
  expiry?: string | undefined;
  scopes?: string[] | undefined;
  /** Whether it is the one that asks. */
  current?: boolean | undefined;
  /** null: never. */
  last_used?: V4AuthTokenLastUsed | null | undefined;
  /** Alias of `last_used`. */
  lastUsed?: V4AuthTokenLastUsed | null | undefined;
  /** Only of a token that has ended. */
  ended?: V4AuthTokenEnded | undefined;
}
export const V4AuthToken: Model<V4AuthToken> = defineModel('V4AuthToken', {
  id: 'String',
  name: 'String',
  created: 'String',
  expiry: 'String',
  scopes: ['String'],
  current: 'Boolean',
  last_used: V4AuthTokenLastUsed,
  ended: V4AuthTokenEnded,
});

/** How many tokens were ended. Beyond v4. */
export interface V4DeletedAuthTokens extends V4GenericResponse {
  count?: number | undefined;
}
export const V4DeletedAuthTokens: Model<V4DeletedAuthTokens> = defineModel('V4DeletedAuthTokens', {
  message: 'String',
  code: 'String',
  count: 'Number',
});
