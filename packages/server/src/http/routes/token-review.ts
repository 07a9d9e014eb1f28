import { useOf } from '../authenticate.ts';
import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';
import { hasWanted, ScopeQuery } from '../wanted-scopes.ts';

const API = { apiVersion: Type.Literal('authentication.k8s.io/v1'), kind: Type.Literal('TokenReview') };

const Review = Type.Object({
  ...API,
  spec: Type.Object({ token: Type.String(), audiences: Type.Optional(Type.Array(Type.String())) }),
});

const Reviewed = Type.Object({
  ...API,
  status: Type.Object({
    authenticated: Type.Boolean(),
    user: Type.Optional(
      Type.Object({
        username: Type.String(),
        uid: Type.String(),
        groups: Type.Array(Type.String()),
        extra: Type.Record(Type.String(), Type.Array(Type.String())),
      }),
    ),
  }),
});

/**
 * The Kubernetes API server's webhook (authentication.k8s.io/v1). It never answers a name of Kubernetes' own: an e-mail
 * can't begin with `system:`, and a group that does can't be assigned and would not be passed on.
 */
export function reviewToken(app: App, { finder, addressOf }: Parts): void {
  app.post(
    '/apis/authentication.k8s.io/v1/tokenreviews',
    {
      schema: {
        operationId: 'reviewToken',
        summary: 'Kubernetes TokenReview webhook',
        description:
          '`?scope=a+b` in the address of the webhook asks for scopes; a token that lacks one is not authenticated.',
        tags: ['verification'],
        querystring: ScopeQuery,
        body: Review,
        response: replies({ 200: Reviewed }, ['PERMISSION_DENIED']),
      },
    },
    async (request) => {
      const { apiVersion, kind, spec } = request.body;
      const principal = await finder.find(spec.token, useOf(request.headers, addressOf(request.raw)));
      if (principal === undefined || !hasWanted(principal.token.scopes, request.query))
        return { apiVersion, kind, status: { authenticated: false } };
      const { user, token } = principal;
      return {
        apiVersion,
        kind,
        status: {
          authenticated: true,
          user: {
            username: user.email,
            uid: user.id,
            groups: user.groups.filter((group) => !group.startsWith('system:')),
            extra: { 'guardbee/token-id': [token.id], 'guardbee/scopes': [...token.scopes] },
          },
        },
      };
    },
  );
}
