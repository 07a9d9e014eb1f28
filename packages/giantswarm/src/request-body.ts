import { isFileParam } from './params.ts';

type Params = Record<string, unknown>;

/**
 * The body of a call: a form for the two form types, else `bodyParam`, a string as it is and anything else as
 * JSON. Falsy means none. `normalizedForm` gives texts, files and lists; it is asked for a form only.
 */
export function requestBody(
  contentType: string,
  normalizedForm: () => Params,
  bodyParam: unknown,
): string | FormData | undefined {
  if (contentType === 'application/x-www-form-urlencoded') return urlEncoded(normalizedForm());
  if (contentType === 'multipart/form-data') return multipart(normalizedForm());
  if (!bodyParam) return undefined;
  return typeof bodyParam === 'string' ? bodyParam : JSON.stringify(bodyParam);
}

function urlEncoded(params: Params): string {
  const form = new URLSearchParams();
  for (const [name, value] of entries(params)) form.append(name, String(value));
  return form.toString();
}

function multipart(params: Params): FormData {
  const form = new FormData();
  for (const [name, value] of entries(params)) {
    if (!isFileParam(value)) form.append(name, String(value));
    else if (value instanceof Blob) form.append(name, value);
    else if (value instanceof Uint8Array) form.append(name, new Blob([value as Uint8Array<ArrayBuffer>]));
    else throw new TypeError(`A stream cannot be sent as ${name}: read it into a Blob first`);
  }
  return form;
}

function entries(params: Params): [string, unknown][] {
  return Object.entries(params).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((item): [string, unknown] => [name, item]) : [[name, value]],
  );
}
