import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { VERSION } from '../version.ts';
import { type OpenApiDocument, REFERENCE_CSP, renderReference } from './api-reference.ts';
import type { App } from './route.ts';

/** The OpenAPI 3.1 document, made from the schemas that validate the requests. */
export const openApiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Guardbee',
      version: VERSION,
      description: "Login and API tokens; speaks Giant Swarm's v4 auth-tokens API.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: {
      securitySchemes: {
        AuthorizationHeaderToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description:
            '`giantswarm <token>`. `Bearer` and `Token` mean the same; a bare token is accepted too.',
        },
      },
    },
    tags: [
      { name: 'auth tokens', description: 'Log in, log out' },
      { name: 'verification', description: 'Ask about tokens' },
      { name: 'users', description: 'Accounts and passwords' },
      { name: 'audit', description: 'What was done, and what for' },
      { name: 'console', description: 'The web console itself' },
      { name: 'service', description: 'The service itself' },
    ],
  },
  transform: ({ schema, url, route }) => {
    const entry = route.config?.entry;
    const right = entry?.right;
    const security = right === 'anyone' ? [] : [{ AuthorizationHeaderToken: [] }];
    const access =
      right === 'admin'
        ? 'Administrators only.'
        : right === 'self_or_admin'
          ? 'The user themselves, or an administrator.'
          : '';
    const scope = entry?.scope
      ? `Needs a token of scope \`${entry.scope}\`${entry.scope === '*' ? '' : ' or `*`'}.`
      : '';
    const description = [schema?.description, access, scope]
      .filter((text) => text !== undefined && text !== '')
      .join(' ');
    return { url, schema: { ...schema, security, ...(description === '' ? {} : { description }) } };
  },
};

/** `GET /docs`: the document for people. */
export function getReference(app: App): void {
  let page: string | undefined;
  app.get(
    '/docs',
    {
      schema: {
        operationId: 'getReference',
        summary: 'This document, for people',
        tags: ['service'],
        produces: ['text/html'],
      },
    },
    async (_request, reply) => {
      page ??= renderReference(app.swagger() as unknown as OpenApiDocument);
      reply.headers({ 'content-security-policy': REFERENCE_CSP }).type('text/html; charset=utf-8');
      return page;
    },
  );
}

export function getOpenApi(app: App): void {
  let document: string | undefined;
  app.get(
    '/openapi.json',
    { schema: { operationId: 'getOpenApi', summary: 'This document', tags: ['service'] } },
    async (_request, reply) => {
      document ??= JSON.stringify(app.swagger());
      reply.type('application/json; charset=utf-8');
      return document;
    },
  );
}
