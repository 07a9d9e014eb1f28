/**
 * The documented examples, character for character out of the document the API was born from. The only change
 * is the generator's slip in the logout, `deleteAuthToken(authorization, , opts)`, which is no JavaScript.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const document = join(import.meta.dirname, '../../../docs/seed/AuthTokensApi.md');

const slip = 'deleteAuthToken(authorization, , opts)';
const prefixLine = "//AuthorizationHeaderToken.apiKeyPrefix = 'Token';";

/** The code under `# **operation**` in the document, as it stands there. */
function documentedCode(operation: string): string {
  const section = readFileSync(document, 'utf8')
    .split(/^# /m)
    .find((text) => text.startsWith(`**${operation}**\n`));
  const code = section?.match(/^```javascript\n([\s\S]*?)^```$/m)?.[1];
  if (!code) throw new Error(`The document has no example of ${operation}`);
  return code;
}

/** `text` with `from`, which must stand there exactly once, replaced. */
function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`The example does not hold exactly one: ${from}`);
  return text.replace(from, () => to);
}

/** The login. */
export function createAuthTokenExample(): string {
  return documentedCode('createAuthToken');
}

/** The logout, `deleteAuthToken(authorization, opts)`. */
export function deleteAuthTokenExample(): string {
  return replaceOnce(documentedCode('deleteAuthToken'), slip, 'deleteAuthToken(authorization, opts)');
}

/** The logout of the newer generation, `deleteAuthToken(opts)`: the apiKey authenticates. */
export function deleteAuthTokenByKeyExample(): string {
  return replaceOnce(documentedCode('deleteAuthToken'), slip, 'deleteAuthToken(opts)');
}

/** An example with its "uncomment the following line" done. */
export function withPrefix(code: string): string {
  return replaceOnce(code, prefixLine, prefixLine.slice(2));
}

/** An example with one of its placeholders, like `YOUR API KEY`, filled in. */
export function filledIn(code: string, placeholder: string, value: string): string {
  return replaceOnce(code, placeholder, value);
}

/**
 * A module to preload (`node --require file example.cjs`): it alone tells the untouched example where the
 * service is, and with `credentials` what the example's empty login body is to hold.
 */
export function preload(basePath: string, credentials?: { email: string; password_base64: string }): string {
  return `const GiantSwarm = require('giantswarm');
GiantSwarm.ApiClient.instance.basePath = ${JSON.stringify(basePath)};
Object.assign(GiantSwarm.V4CreateAuthTokenRequest.prototype, {
  toJSON() { return { ...this, ...${JSON.stringify(credentials ?? {})} }; },
});
`;
}
