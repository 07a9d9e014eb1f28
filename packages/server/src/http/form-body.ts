import { Refusal } from '../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A body as a form (`application/x-www-form-urlencoded`). RFC 6749 section 3.1: no parameter may occur twice. */
export function parseFormBody(body: Buffer): Record<string, string> {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new Refusal('INVALID_INPUT', { message: 'The request body is not UTF-8.' });
  }
  const values = new URLSearchParams(text);
  const names = [...values.keys()];
  if (new Set(names).size !== names.length) {
    throw new Refusal('INVALID_INPUT', { message: 'The request body has the same parameter twice.' });
  }
  return Object.fromEntries(values);
}
