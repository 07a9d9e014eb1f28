import { VerifierUnavailable } from './unavailable.ts';

/** The verifier's own token, of scope `introspect`: its text, or what gives it, asked before each use. */
export type OwnToken = string | (() => string | Promise<string>);

/** RFC 9110's token68: whatever else it is, it fits into a header. */
export const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/;

/** @throws VerifierUnavailable when the function fails or gives no token */
export async function bearerOf(token: OwnToken): Promise<string> {
  let value: unknown = token;
  if (typeof token === 'function') {
    try {
      value = await token();
    } catch (cause) {
      throw new VerifierUnavailable('the function given as token failed', { cause });
    }
  }
  if (typeof value === 'string' && TOKEN68.test(value)) return `Bearer ${value}`;
  throw new VerifierUnavailable('the function given as token gave something else than a token');
}
