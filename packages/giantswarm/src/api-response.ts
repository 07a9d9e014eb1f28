import type { ReturnType } from './convert.ts';

/** What came back over HTTP: `response` in `…WithHttpInfo` results and in errors. */
export interface ApiResponse {
  /** HTTP status code. */
  status: number;
  /** The same as `status`. */
  statusCode: number;
  /** Whether the status is 2xx. */
  ok: boolean;
  /** Media type without parameters, lower case; `''` when none was sent. */
  type: string;
  /** The body as text; `''` when there was none. */
  text: string;
  /** The parsed JSON body; `{}` when there was none or it could not be parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service sent
  body: any;
  /** Headers, names in lower case. In a browser of another origin only those the service exposes. */
  readonly headers: Record<string, string>;
  /** The same as `headers`. */
  readonly header: Record<string, string>;
  /** One header by its name, in any case. */
  get(name: string): string | undefined;
}

/** A response with what only the client itself needs to know about it. */
export interface ReadResponse {
  response: ApiResponse;
  statusText: string;
  /** Whether the body was JSON. */
  isJson: boolean;
}

/**
 * Reads the whole body; of a `Stream` none.
 *
 * @throws SyntaxError when a 2xx announces JSON and is not: with `rawResponse` (not enumerable, since it may
 *   hold a token and errors get logged) and `statusCode`
 */
export async function readResponse(reply: Response, returnType: ReturnType): Promise<ReadResponse> {
  const { status, ok, statusText } = reply;
  const type = (reply.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const response: ApiResponse = {
    status,
    statusCode: status,
    ok,
    type,
    text: '',
    body: {},
    // copied when somebody looks: it is a good part of what a call costs
    get headers() {
      const value = Object.fromEntries(reply.headers as unknown as Iterable<[string, string]>);
      Object.defineProperty(response, 'headers', {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
      return value;
    },
    get header() {
      return response.headers;
    },
    get: (name) => reply.headers.get(name) ?? undefined,
  };
  if (ok && returnType === 'Blob') {
    response.body = await reply.blob();
    return { response, statusText, isJson: false };
  }
  if (ok && returnType === 'Stream') {
    response.body = reply.body;
    return { response, statusText, isJson: false };
  }
  response.text = await reply.text();
  // `String` wants the text, whatever it holds; `+json` is RFC 6839
  const isJson = /[/+]json$/.test(type) && response.text !== '' && !(ok && returnType === 'String');
  if (!isJson) return { response, statusText, isJson };
  try {
    response.body = JSON.parse(response.text);
    return { response, statusText, isJson };
  } catch {
    if (!ok) return { response, statusText, isJson: false };
    throw invalidJson(response);
  }
}

function invalidJson(response: ApiResponse): SyntaxError {
  const error = new SyntaxError(`The service answered ${response.status} with a body that is not valid JSON`);
  Object.defineProperty(error, 'rawResponse', { value: response.text });
  return Object.assign(error, { statusCode: response.status });
}
