import type { ApiResponse, ReadResponse } from './api-response.ts';
import { readResponse } from './api-response.ts';
import type { ApiKeyAuthentication, Authentication } from './authentication.ts';
import { applyAuthentication } from './authentication.ts';
import type { ReturnType } from './convert.ts';
import { constructFromObject, convertToType, isConstructable, isListType, parseDate } from './convert.ts';
import { ApiError, unexpectedResponse } from './errors.ts';
import type { CollectionFormat } from './params.ts';
import {
  buildCollectionParam,
  CollectionFormatEnum,
  isFileParam,
  isJsonMime,
  paramToString,
} from './params.ts';
import { requestBody } from './request-body.ts';
import { RequestDraft } from './request-draft.ts';
import type { Timeout } from './send.ts';
import { send } from './send.ts';

/** Parameters by name. */
export type Params = Record<string, unknown>;

/** What `…WithHttpInfo` resolves. */
export interface WithHttpInfo<T> {
  data: T;
  response: ApiResponse;
}

/**
 * Where the service is, how to authenticate, and one call over HTTP. Every property may be changed at any
 * time and holds from the next call on. Source: the "Giant Swarm v4 API client" document.
 */
export class ApiClient {
  /** The client every API object uses unless it is given another; may be replaced. */
  static instance: ApiClient = new this();
  static CollectionFormatEnum: typeof CollectionFormatEnum = CollectionFormatEnum;
  static parseDate: typeof parseDate = parseDate;
  static convertToType: typeof convertToType = convertToType;
  static constructFromObject: typeof constructFromObject = constructFromObject;

  /** Address before every path. Default `https://localhost`; `''` means the page's own origin, in browsers. */
  basePath = 'https://localhost';

  /** By name. `AuthorizationHeaderToken` is the one this API uses. */
  authentications: { AuthorizationHeaderToken: ApiKeyAuthentication } & Record<string, Authentication> = {
    AuthorizationHeaderToken: { type: 'apiKey', in: 'header', name: 'Authorization' },
  };

  /** Headers for every call; they win over the authentication and lose against a call's own. Default `{}`. */
  defaultHeaders: Record<string, string | null | undefined> = {};

  /** Milliseconds for a whole call, or `{ response, deadline }`; 0 means no limit. Default 60000. */
  timeout: Timeout = 60000;

  /** `false` adds a parameter `_` (the time in milliseconds) to every GET, against caches. Default true. */
  cache = true;

  /** Send and keep cookies across origins. Browsers only: elsewhere a call with it rejects. Default false. */
  enableCookies = false;

  /** null and undefined give `''`, a Date its ISO text, everything else its `toString()`. */
  paramToString(param: unknown): string {
    return paramToString(param);
  }

  /**
   * `basePath` and `path`, each `{key}` replaced by its percent-encoded value; a missing key stays as `%7Bkey%7D`.
   */
  buildUrl(path: string, pathParams: Params): string {
    const url = this.basePath + (path.startsWith('/') ? path : `/${path}`);
    return url.replace(/\{([\w-]+)\}/g, (placeholder, key: string) =>
      encodeURIComponent(Object.hasOwn(pathParams, key) ? this.paramToString(pathParams[key]) : placeholder),
    );
  }

  /** Whether it is `application/json`, with or without parameters. */
  isJsonMime(contentType: string | null | undefined): boolean {
    return isJsonMime(contentType);
  }

  /** The first JSON type of the list, else its first. */
  jsonPreferredMime(contentTypes: readonly string[]): string | undefined {
    return contentTypes.find((type) => this.isJsonMime(type)) ?? contentTypes[0];
  }

  /** Whether the value is sent as a file: Blob, File, Buffer or other bytes, or a readable stream of Node. */
  isFileParam(param: unknown): boolean {
    return isFileParam(param);
  }

  /** Drops null and undefined, keeps lists and files, makes text of the rest. */
  normalizeParams(params: Params): Params {
    const kept: [string, unknown][] = [];
    for (const [key, value] of Object.entries(params)) {
      if (value === null || value === undefined) continue;
      const isKept = typeof value === 'object' && (Array.isArray(value) || this.isFileParam(value));
      kept.push([key, isKept ? value : this.paramToString(value)]);
    }
    return Object.fromEntries(kept);
  }

  /** @throws Error `Unknown collection format: …` */
  buildCollectionParam(
    list: readonly unknown[] | null | undefined,
    collectionFormat: CollectionFormat,
  ): string | string[] | null {
    return buildCollectionParam(list, collectionFormat, (param) => this.paramToString(param));
  }

  /**
   * Puts the named authentications on a request that has `set`, `query` and `auth`.
   *
   * @throws Error `Unknown authentication type: …`
   */
  applyAuthToRequest(
    request: Pick<RequestDraft, 'set' | 'query' | 'auth'>,
    authNames: readonly string[],
  ): void {
    for (const name of authNames) applyAuthentication(request, this.authentications[name]);
  }

  /**
   * The data of a response: null for 204 or without a type; the text where there is no body object; undefined
   * where there is neither.
   */
  // biome-ignore lint/suspicious/noExplicitAny: what comes out depends on a value, not on a type
  deserialize(response: Partial<ApiResponse> | null | undefined, returnType: ReturnType): any {
    if (!response || returnType === null || returnType === undefined || response.status === 204) return null;
    const { body, text } = response;
    const isWhole = returnType === 'Stream' || this.isFileParam(body);
    const hasBody = body !== null && body !== undefined && (isWhole || !isEmptyObject(body));
    if (hasBody) return convertToType(body, returnType);
    return text === '' && returnType !== 'String' ? undefined : convertToType(text, returnType);
  }

  /**
   * One call. API objects come here for each of theirs, so a replacement on an instance sees them all.
   *
   * Resolves `{ data, response }`. `callOptions` is this client's own addition, given only when it is used.
   *
   * @throws Error `Unknown authentication type: …`, synchronously
   * @throws ApiError (rejection) the service refused
   * @throws SyntaxError (rejection) a 2xx with invalid JSON
   * @throws Error (rejection) `ERR_UNEXPECTED_RESPONSE`; `ECONNABORTED` on a timeout; `ECONNREFUSED` and the like
   */
  callApi<T = unknown>(
    path: string,
    httpMethod: string,
    pathParams: Params,
    queryParams: Params,
    headerParams: Params,
    formParams: Params,
    bodyParam: unknown,
    authNames: readonly string[],
    contentTypes: readonly string[],
    accepts: readonly string[],
    returnType: ReturnType,
    callOptions: { signal?: AbortSignal | null | undefined; timeout?: Timeout } = {},
  ): Promise<WithHttpInfo<T>> {
    const method = httpMethod.toUpperCase();
    const draft = new RequestDraft();
    this.applyAuthToRequest(draft, authNames ?? []);
    draft.query(this.normalizeParams(queryParams ?? {}));
    if (method === 'GET' && this.cache === false) draft.query({ _: Date.now() });
    // a call that names no type leaves it to the headers, where they name one
    const namedType = this.jsonPreferredMime(contentTypes ?? []);
    const contentType = namedType ?? 'application/json';
    if (namedType === undefined) draft.set('Content-Type', contentType);
    draft.set(this.defaultHeaders).set(this.normalizeParams(headerParams ?? {}));
    // the platform writes multipart's own type, which carries the boundary
    if (contentType === 'multipart/form-data') draft.unset('Content-Type');
    else draft.set('Content-Type', namedType);
    draft.set('Accept', this.jsonPreferredMime(accepts ?? []));
    const url = draft.address(this.buildUrl(path, pathParams ?? {}));

    const exchange = async (): Promise<WithHttpInfo<T>> => {
      const init: RequestInit & { method: string } = {
        method,
        headers: draft.headers(),
        redirect: isSafe(method) ? 'follow' : 'manual',
      };
      const body = requestBody(contentType, () => this.normalizeParams(formParams ?? {}), bodyParam);
      if (body !== undefined) init.body = body;
      if (this.enableCookies) init.credentials = cookieMode();
      const { signal, timeout } = callOptions;
      const sending = { timeout: timeout ?? this.timeout, signal, streams: returnType === 'Stream' };
      const read = await send(url, init, sending, (reply) => readResponse(reply, returnType));
      checkResponse(read, returnType);
      return { data: this.deserialize(read.response, returnType), response: read.response };
    };
    return exchange();
  }
}

/** Methods a redirect may repeat (RFC 9110 §9.2.1); any other would become a GET and look like a success. */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

function isEmptyObject(body: unknown): boolean {
  return typeof body === 'object' && !Array.isArray(body) && Object.keys(body as object).length === 0;
}

function cookieMode(): 'include' {
  if (typeof document === 'object' || 'importScripts' in globalThis) return 'include';
  throw new Error(
    'enableCookies works in browsers only: fetch keeps no cookies here. Set a Cookie header instead',
  );
}

/** Only a 2xx that holds what was promised passes: nothing else may look like an (empty) result. */
function checkResponse({ response, statusText, isJson }: ReadResponse, returnType: ReturnType): void {
  const { status, type, text, body } = response;
  const isRedirect =
    status === 0 || (status >= 300 && status < 400 && response.get('location') !== undefined);
  if (isRedirect) {
    const where = response.get('location') ? ` to ${response.get('location')}` : '';
    throw unexpectedResponse(
      `The service redirects this call${where}. It was not followed, because it would be repeated as a GET: set basePath to the right address`,
      response,
    );
  }
  if (!response.ok) throw new ApiError(response, statusText);
  const wantsModel = isConstructable(returnType);
  const wantsList = isListType(returnType);
  if (status === 204 || text === '' || !(wantsModel || wantsList)) return;
  if (!isJson) {
    throw unexpectedResponse(
      `The service answered ${status} with ${type || 'an unnamed type'} instead of JSON: is basePath right?`,
      response,
    );
  }
  if (wantsList ? !Array.isArray(body) : typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw unexpectedResponse(
      `The service answered ${status} with JSON that is not ${wantsList ? 'a list' : 'an object'}`,
      response,
    );
  }
}
