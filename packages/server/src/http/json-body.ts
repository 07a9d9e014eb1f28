import { Refusal } from '../errors.ts';

/**
 * A request's body as JSON, strictly: what two readers could understand differently is refused. That is invalid
 * UTF-8, a key that occurs twice, keys that reach into an object's prototype, lone surrogates, NUL, and nesting beyond
 * any use (RFC 8259 sections 4 and 8.2 leave all of these to the receiver).
 */

const MAX_DEPTH = 16;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const STRING = /"(?:[^"\\]|\\.)*"/g;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Undefined for an empty body. Throws `INVALID_INPUT`. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
    value = JSON.parse(text);
  } catch {
    throw invalid('The request body is not valid JSON.');
  }
  const keys = countKeys(value, 1);
  // In valid JSON each member has one colon outside of strings; JSON.parse keeps only the last of two equal keys.
  const members = text.replace(STRING, '').split(':').length - 1;
  if (members !== keys) throw invalid('The request body has the same key twice.');
  return value;
}

function countKeys(value: unknown, depth: number): number {
  if (typeof value === 'string') return checkText(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) throw invalid('The request body is nested too deeply.');
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item, depth + 1);
    return count;
  }
  for (const [key, member] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw invalid('The request body has a key that is not allowed.');
    count += 1 + checkText(key) + countKeys(member, depth + 1);
  }
  return count;
}

function checkText(text: string): 0 {
  if (!text.isWellFormed() || text.includes('\0')) {
    throw invalid('The request body has text with a NUL or half of a surrogate pair.');
  }
  return 0;
}

function invalid(message: string): Refusal {
  return new Refusal('INVALID_INPUT', { message });
}
