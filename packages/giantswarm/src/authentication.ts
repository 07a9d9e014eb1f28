import type { RequestDraft } from './request-draft.ts';

/** A key in a header (or query parameter): how this API authenticates. */
export interface ApiKeyAuthentication {
  type: 'apiKey';
  in: 'header' | 'query';
  /** Name of the header or parameter. */
  name: string;
  /** The token, or a whole header value when `apiKeyPrefix` is not set. Falsy: nothing is sent. */
  apiKey?: string | null | undefined;
  /** The scheme, sent before the key with a space between, like `giantswarm`. Default: none. */
  apiKeyPrefix?: string | null | undefined;
}

/** User name and password (RFC 7617). */
export interface BasicAuthentication {
  type: 'basic';
  username?: string | null | undefined;
  password?: string | null | undefined;
}

/** A bearer token (RFC 6750). */
export interface OAuth2Authentication {
  type: 'oauth2';
  accessToken?: string | null | undefined;
}

/** One entry of `apiClient.authentications`. */
export type Authentication = ApiKeyAuthentication | BasicAuthentication | OAuth2Authentication;

/**
 * Puts one authentication on a request; nothing when its secret is not set.
 *
 * @throws Error `Unknown authentication type: …`
 */
export function applyAuthentication(
  request: Pick<RequestDraft, 'set' | 'query' | 'auth'>,
  auth: Authentication | undefined,
): void {
  switch (auth?.type) {
    case 'apiKey': {
      if (!auth.apiKey) return;
      const value = auth.apiKeyPrefix ? `${auth.apiKeyPrefix} ${auth.apiKey}` : auth.apiKey;
      if (auth.in === 'header') request.set({ [auth.name]: value });
      else request.query({ [auth.name]: value });
      return;
    }
    case 'basic':
      if (auth.username || auth.password) request.auth(auth.username || '', auth.password || '');
      return;
    case 'oauth2':
      if (auth.accessToken) request.set({ Authorization: `Bearer ${auth.accessToken}` });
      return;
    default:
      throw new Error(`Unknown authentication type: ${(auth as { type?: unknown } | undefined)?.type}`);
  }
}
