import { introspection } from '../../tokens/introspect.ts';
import { revokeTokenString } from '../../tokens/revoke.ts';
import { useOf } from '../authenticate.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { Generic, replies } from '../schemas.ts';
import { Type } from '../type.ts';

const form = Type.Object(
  {
    token: Type.String(),
    token_type_hint: Type.Optional(Type.String({ description: 'Ignored: there is one type.' })),
  },
  { description: 'A form (application/x-www-form-urlencoded). Other parameters are ignored.' },
);

const Introspection = Type.Union([
  Type.Object({ active: Type.Literal(false) }, { additionalProperties: false }),
  Type.Object({
    active: Type.Literal(true),
    scope: Type.String(),
    username: Type.String({ description: "The user's e-mail." }),
    sub: Type.String({ description: "The user's id: never somebody else's later." }),
    jti: Type.String({ description: "The token's id." }),
    token_type: Type.Literal('Bearer'),
    iat: Type.Integer(),
    exp: Type.Optional(Type.Integer({ description: 'Absent when it never expires.' })),
    groups: Type.Array(Type.String()),
  }),
]);

/** RFC 7662. Whatever is not a living token gets exactly `{"active":false}`. */
export function introspect(app: App, { finder, policy, addressOf }: Parts): void {
  app.post(
    '/oauth2/introspect',
    {
      config: { form: true },
      schema: {
        operationId: 'introspect',
        summary: 'Ask about a token (RFC 7662)',
        tags: ['verification'],
        consumes: ['application/x-www-form-urlencoded'],
        body: form,
        response: replies({ 200: Introspection }, ['PERMISSION_DENIED']),
      },
    },
    async (request) =>
      introspection(
        await finder.find(request.body.token, useOf(request.headers, addressOf(request.raw))),
        policy,
      ),
  );
}

/** RFC 7009. The answer is the same whether there was such a token or not (its section 2.2). */
export function revoke(app: App, parts: Parts): void {
  app.post(
    '/oauth2/revoke',
    {
      config: { form: true },
      schema: {
        operationId: 'revoke',
        summary: 'End a token (RFC 7009)',
        description: 'Whoever holds a token may end it.',
        tags: ['verification'],
        consumes: ['application/x-www-form-urlencoded'],
        body: form,
        response: replies({ 200: Generic }, []),
      },
    },
    async (request) => {
      await revokeTokenString(parts, request.body.token, actOf(request));
      return { code: 'RESOURCE_DELETED', message: 'The token is not accepted any more.' };
    },
  );
}

const metadata = Type.Object({
  issuer: Type.String(),
  introspection_endpoint: Type.String(),
  introspection_endpoint_auth_methods_supported: Type.Array(Type.String()),
  revocation_endpoint: Type.String(),
  revocation_endpoint_auth_methods_supported: Type.Array(Type.String()),
  response_types_supported: Type.Array(Type.String()),
  grant_types_supported: Type.Array(Type.String()),
});

/** RFC 8414, for clients that find the two by it. There is no authorization endpoint: tokens come from the login. */
export function getMetadata(app: App): void {
  app.get(
    '/.well-known/oauth-authorization-server',
    {
      schema: {
        operationId: 'getMetadata',
        summary: 'Where introspection and revocation are (RFC 8414)',
        tags: ['verification'],
        response: replies({ 200: metadata }, []),
      },
    },
    async (request) => {
      const issuer = `${request.protocol}://${request.host}`;
      return {
        issuer,
        introspection_endpoint: `${issuer}/oauth2/introspect`,
        introspection_endpoint_auth_methods_supported: ['Bearer'],
        revocation_endpoint: `${issuer}/oauth2/revoke`,
        revocation_endpoint_auth_methods_supported: ['none'],
        response_types_supported: [],
        grant_types_supported: [],
      };
    },
  );
}
