import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ListedToken } from '../../storage/records.ts';
import type { TokenPosition } from '../../storage/store.ts';
import { getUserByEmail } from '../../users/find-user.ts';
import { pageOf } from '../page.ts';
import { type App, type Parts, principalOf } from '../route.ts';
import { EmailParams, PageQuery, replies, Token } from '../schemas.ts';
import { tokenReplies } from '../token-reply.ts';
import { Type } from '../type.ts';

/** `GET /v4/auth-tokens/`: one's own. */
export function listAuthTokens(app: App, parts: Parts): void {
  app.get(
    '/v4/auth-tokens/',
    {
      schema: {
        operationId: 'getAuthTokens',
        summary: 'Your living tokens, oldest first, page by page',
        tags: ['auth tokens'],
        querystring: PageQuery,
        response: replies({ 200: Type.Array(Token) }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => pageOfTokens(parts, request, reply, principalOf(request).user.id),
  );
}

/** `GET /v4/users/{email}/auth-tokens/`: a user's. */
export function listUserAuthTokens(app: App, parts: Parts): void {
  app.get(
    '/v4/users/:email/auth-tokens/',
    {
      schema: {
        operationId: 'getUserAuthTokens',
        summary: "A user's living tokens, oldest first, page by page",
        tags: ['auth tokens'],
        params: EmailParams,
        querystring: PageQuery,
        response: replies({ 200: Type.Array(Token) }, ['PERMISSION_DENIED', 'RESOURCE_NOT_FOUND']),
      },
    },
    async (request, reply) => {
      const user = await getUserByEmail(parts.store, request.params.email);
      return pageOfTokens(parts, request, reply, user.id);
    },
  );
}

async function pageOfTokens(parts: Parts, request: FastifyRequest, reply: FastifyReply, userId: string) {
  const { limit, after, linkNext } = pageOf(request, reply, parts.digestKeys, `tokens of ${userId}`);
  const tokens = await parts.store.listTokens(userId, { after: positionFrom(after), limit });
  linkNext(tokens, positionOf);
  return tokens.map(tokenReplies(parts, principalOf(request).token.id).living);
}

function positionOf({ token }: ListedToken): string {
  return `${token.created} ${token.id}`;
}

function positionFrom(text: string | undefined): TokenPosition | null {
  if (text === undefined) return null;
  const [created, id = ''] = text.split(' ');
  return { created: Number(created), id };
}
