import { Type } from 'typebox';
import type { Counts } from '../../counts.ts';
import { Refusal } from '../../errors.ts';
import { logIn } from '../../login/log-in.ts';
import { formatTime } from '../../rfc3339.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { replies, Time } from '../schemas.ts';

const body = Type.Object(
  {
    email: Type.String({ examples: ['jane@example.com'] }),
    password_base64: Type.String({
      description: "Standard padded base64 of the password's UTF-8 bytes, 1 to 1024 of them.",
    }),
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
        response: replies({ 200: created }, ['INVALID_CREDENTIALS', 'ACCOUNT_EXPIRED']),
      },
    },
    async (request) => {
      const { email, password_base64: passwordBase64 } = request.body;
      const { token, tokenString } = await countOutcome(parts.counts.logins, () =>
        logIn(parts, { email, passwordBase64 }, actOf(request)),
      );
      return { auth_token: tokenString, id: token.id, expiry: formatTime(token.expiry) };
    },
  );
}

async function countOutcome<T>(logins: Counts['logins'], attempt: () => Promise<T>): Promise<T> {
  try {
    const result = await attempt();
    logins.succeeded += 1;
    return result;
  } catch (error) {
    logins[error instanceof Refusal ? 'refused' : 'unavailable'] += 1;
    throw error;
  }
}
