import {
  ApiClient,
  AuditApi,
  AuthTokensApi,
  type CallOptions,
  isApiError,
  UsersApi,
  type WithHttpInfo,
} from 'giantswarm';

/** The console's one way to the service: the public client, with the session's cookie instead of a token. */

let sessionIsOver: (() => void) | undefined;

/** Whom to tell when the service has stopped accepting the session. */
export function onSessionOver(listener: () => void): void {
  sessionIsOver = listener;
}

class ConsoleClient extends ApiClient {
  constructor() {
    super();
    this.basePath = location.origin;
    this.enableCookies = true;
    this.timeout = 30_000;
    // Says that one of our own pages asks: a cookie alone would not.
    this.defaultHeaders = { 'X-Guardbee-Console': '1' };
  }

  override async callApi<T>(...args: Parameters<ApiClient['callApi']>): Promise<WithHttpInfo<T>> {
    try {
      return await super.callApi<T>(...args);
    } catch (error) {
      if (isOver(error)) sessionIsOver?.();
      throw error;
    }
  }
}

/** Not a wrong password, and not a right that is missing: the session itself is not accepted any more. */
function isOver(error: unknown): boolean {
  if (!isApiError(error) || error.code !== 'PERMISSION_DENIED') return false;
  return String(error.response.headers['www-authenticate'] ?? '').includes('invalid_token');
}

export const client: ApiClient = new ConsoleClient();
export const tokensApi: AuthTokensApi = new AuthTokensApi(client);
export const usersApi: UsersApi = new UsersApi(client);
export const auditApi: AuditApi = new AuditApi(client);

/** What a call is for, so that it can be found among the activities and by its request's id. */
export function doing(activity: string): CallOptions {
  return { xGiantSwarmActivity: `console-${activity}`, xRequestID: newRequestId() };
}

/** Not `crypto.randomUUID`, which is missing on plain HTTP. */
function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Base64 of the UTF-8 bytes, as passwords travel. */
export function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
