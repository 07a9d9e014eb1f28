import { Refusal } from '../../errors.ts';
import { parseExpiry } from '../../expiry.ts';
import { logIn } from '../../login/log-in.ts';
import { formatTime } from '../../rfc3339.ts';
import type { WantedToken } from '../../tokens/issue.ts';
import { SCOPE_PATTERN } from '../../tokens/scopes.ts';
import { countLogin } from '../count-login.ts';
import { recordLogin } from '../record-activity.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { replies, Time } from '../schemas.ts';
import { Type } from '../type.ts';

const body = Type.Object(
  {
    email: Type.String({ examples: ['jane@example.com'] }),
    password_base64: Type.String({
      description: "Standard padded base64 of the password's UTF-8 bytes, 1 to 1024 of them.",
    }),
    name: Type.Optional(
      Type.String({
        pattern: '^[^\\p{C}]{1,100}$',
        description: 'For people: what the token is for. 1 to 100 characters.',
      }),
    ),
    expiry: Type.Optional(Time),
    scopes: Type.Optional(
      Type.Array(Type.String({ pattern: SCOPE_PATTERN }), {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
        description: 'RFC 6749 scope tokens. Default: `*`, everything the user may do.',
      }),
    ),
  },
  { title: 'V4CreateAuthTokenRequest', description: 'Unknown keys are ignored.' },
);

const created = Type.Object(
  {
    auth_token: Type.String({ description: 'Shown only here.' }),
    id: Type.String({ description: "The token's public name." }),
    expiry: Time,
  },
  { title: 'V4CreateAuthTokenResponse' },
);

export function createAuthToken(app: App, parts: Parts): void {
  app.post(
    '/v4/auth-tokens/',
    {
      schema: {
        operationId: 'createAuthToken',
        summary: 'Create Auth Token (Login)',
        tags: ['auth tokens'],
        body,
        response: replies({ 200: created }, [
          'INVALID_CREDENTIALS',
          'ACCOUNT_EXPIRED',
          'PERMISSION_DENIED',
          'TOO_MANY_REQUESTS',
        ]),
      },
    },
    async (request) => {
      const { email, password_base64: passwordBase64, ...rest } = request.body;
      const wanted = wantedToken(rest, parts.clock.now());
      const { token, tokenString } = await countLogin(parts.counts.logins, () =>
        logIn(parts, { email, passwordBase64 }, wanted, actOf(request)),
      );
      recordLogin(request, token.userId);
      return { auth_token: tokenString, id: token.id, expiry: formatTime(token.expiry) };
    },
  );
}

function wantedToken(
  { name, expiry, scopes }: { name?: string; expiry?: string; scopes?: string[] },
  now: number,
): WantedToken {
  const end = expiry === undefined ? undefined : parseExpiry(expiry);
  if (typeof end === 'number' && end <= now) {
    throw new Refusal('INVALID_INPUT', { message: "The attribute 'expiry' must lie in the future." });
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(end === undefined ? {} : { expiry: end }),
    ...(scopes === undefined ? {} : { scopes }),
  };
}
