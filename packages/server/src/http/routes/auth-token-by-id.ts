import { endKnownToken, getKnownToken } from '../../tokens/own-tokens.ts';
import { actOf } from '../request-context.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { Generic, replies, Token, TokenIdParams } from '../schemas.ts';
import { tokenReplies } from '../token-reply.ts';

/** `GET /v4/auth-tokens/{id}/`: also of a token that has ended, and then why. */
export function getAuthToken(app: App, parts: Parts): void {
  app.get(
    '/v4/auth-tokens/:id/',
    {
      schema: {
        operationId: 'getAuthToken',
        summary: 'One token, living or ended',
        description: "Yours, or for administrators anybody's. Of one that has ended: when, why, by whom.",
        tags: ['auth tokens'],
        params: TokenIdParams,
        response: replies({ 200: Token }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const token = await getKnownToken(parts.store, request.params.id, principal);
      return tokenReplies(parts, principal.token.id).known(token);
    },
  );
}

/** `DELETE /v4/auth-tokens/{id}/` */
export function deleteAuthTokenById(app: App, parts: Parts): void {
  app.delete(
    '/v4/auth-tokens/:id/',
    {
      schema: {
        operationId: 'deleteAuthTokenById',
        summary: 'End one token',
        description: "Yours, or for administrators anybody's. Ending one that has ended changes nothing.",
        tags: ['auth tokens'],
        params: TokenIdParams,
        response: replies({ 200: Generic }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request) => {
      await endKnownToken(parts, request.params.id, principalOf(request), actOf(request));
      return { code: 'RESOURCE_DELETED', message: 'The authentication token has been successfully deleted.' };
    },
  );
}
