import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../tokens/principal.ts';
import { SCOPE_PATTERN, satisfies } from '../../tokens/scopes.ts';
import { useOf } from '../authenticate.ts';
import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { type Static, Type } from '../type.ts';

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

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';

/**
 * The Kubernetes API server's webhook (authentication.k8s.io/v1). It never answers a name of Kubernetes' own: an e-mail
 * can't begin with `system:`, and a group that does can't be assigned and would not be passed on.
 *
 * A scope that a token must be good for stands in the path, since the API server drops a query from its webhook's address.
 */
export function reviewToken(app: App, { finder, addressOf }: Parts): void {
  const about = {
    tags: ['verification'],
    body: Review,
    response: replies({ 200: Reviewed }, ['PERMISSION_DENIED']),
  };
  const review = async (request: FastifyRequest, scope?: string) => {
    const { apiVersion, kind, spec } = request.body as Static<typeof Review>;
    const principal = await finder.find(spec.token, useOf(request.headers, addressOf(request.raw)));
    const isGood =
      principal !== undefined && (scope === undefined || satisfies(principal.token.scopes, scope));
    const status = isGood
      ? { authenticated: true, user: inKubernetesWords(principal) }
      : { authenticated: false };
    return { apiVersion, kind, status };
  };
  app.post(
    PATH,
    {
      schema: {
        operationId: 'reviewToken',
        summary: 'Kubernetes TokenReview webhook: any living token',
        ...about,
      },
    },
    (request) => review(request),
  );
  app.post(
    `${PATH}/:scope`,
    {
      schema: {
        operationId: 'reviewTokenForScope',
        summary: 'The same: tokens that are good for a scope',
        params: Type.Object({
          scope: Type.String({ pattern: SCOPE_PATTERN, description: 'E.g. `kubernetes`.' }),
        }),
        ...about,
      },
    },
    (request) => review(request, request.params.scope),
  );
}

function inKubernetesWords({ user, token }: Principal) {
  return {
    username: user.email,
    uid: user.id,
    groups: user.groups.filter((group) => !group.startsWith('system:')),
    extra: { 'guardbee/token-id': [token.id], 'guardbee/scopes': [...token.scopes] },
  };
}
