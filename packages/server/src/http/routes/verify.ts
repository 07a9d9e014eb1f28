import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../errors.ts';
import type { Principal } from '../../tokens/principal.ts';
import { SCOPE_PATTERN, satisfies } from '../../tokens/scopes.ts';
import { type App, principalOf } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';

const ASCII = /^[ -~]*$/;
const SCOPE = new RegExp(SCOPE_PATTERN);
const Verified = Type.Object({ email: Type.String() });

/**
 * Forward-auth: a proxy asks with the headers of the request it holds, and passes that on when the answer is 200. Any
 * method, and any path behind (Envoy appends the original one); a body is not looked at.
 */
export function verify(app: App): void {
  // Nor is it CORS' to answer: a preflight of the service behind is a request like any other here.
  const route = { exposeHeadRoute: false, config: { anyBody: true, cors: false }, handler: answer };
  app.route({
    ...route,
    method: 'GET',
    url: '/verify',
    schema: {
      operationId: 'verify',
      summary: 'May this request pass? For proxies (nginx, Traefik, Caddy, Envoy)',
      description:
        'Any method, and any path behind. `?scope=a+b` asks for scopes; a token that lacks one gets 403.',
      tags: ['verification'],
      querystring: Type.Object({
        scope: Type.Optional(Type.Any({ description: 'Scopes, separated by spaces.' })),
      }),
      response: replies({ 200: Verified }, ['PERMISSION_DENIED', 'INSUFFICIENT_SCOPE']),
    },
  });
  // Envoy asks with the method of the request that it holds. (A QUERY request must have a body, and no proxy asks with one.)
  const { METHODS } = process.getBuiltinModule('node:http');
  const methods = METHODS.filter((method) => method !== 'CONNECT' && method !== 'QUERY');
  for (const method of methods) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  const schema = { hide: true };
  app.route({ ...route, method: methods.filter((method) => method !== 'GET'), url: '/verify', schema });
  app.route({ ...route, method: methods, url: '/verify/*', schema });
}

async function answer(request: FastifyRequest, reply: FastifyReply) {
  const { user, token } = principalOf(request);
  for (const scope of wantedScopes(request)) {
    if (!satisfies(token.scopes, scope))
      throw new Refusal('INSUFFICIENT_SCOPE', { challenge: 'insufficient_scope' });
  }
  reply.headers(identityHeaders({ user, token }));
  return { email: user.email };
}

/** All that any `scope` parameter names: whoever can add one can only ask for more. */
function wantedScopes(request: FastifyRequest): string[] {
  const { scope } = request.query as { scope?: string | string[] };
  const wanted = [scope ?? []]
    .flat()
    .flatMap((text) => text.split(' '))
    .filter((name) => name !== '');
  if (wanted.some((name) => !SCOPE.test(name)))
    throw new Refusal('INVALID_INPUT', { message: 'scope is not a list of scopes.' });
  return wanted;
}

/** What a proxy may pass on: who it is, in headers. */
export function identityHeaders({ user, token }: Principal): Record<string, string> {
  return {
    'x-auth-user': headerText(user.email),
    'x-auth-token-id': token.id,
    'x-auth-scopes': token.scopes.join(' '),
    'x-auth-groups': headerText(user.groups.join(',')),
  };
}

/** Headers are bytes: text beyond ASCII goes out as UTF-8. */
function headerText(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
