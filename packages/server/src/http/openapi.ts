import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { fastify, type RouteOptions } from 'fastify';
import { once } from '../once.ts';
import { VERSION } from '../version.ts';
import { type OpenApiDocument, REFERENCE_CSP, renderReference } from './api-reference.ts';
import type { App } from './route.ts';

/** The OpenAPI 3.1 document, made from the schemas that validate the requests. */
const openApiOptions: FastifyDynamicSwaggerOptions = {
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

/** `GET /openapi.json`, and `GET /docs` for people: the document of these routes and all that are entered later. */
export function describeRoutes(app: App): void {
  const document = documentOf(app);
  let [text, page]: (string | undefined)[] = [];
  app.get(
    '/openapi.json',
    { schema: { operationId: 'getOpenApi', summary: 'This document', tags: ['service'] } },
    async (_request, reply) => {
      text ??= JSON.stringify(await document());
      reply.type('application/json; charset=utf-8');
      return text;
    },
  );
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
      page ??= renderReference(await document());
      reply.headers({ 'content-security-policy': REFERENCE_CSP }).type('text/html; charset=utf-8');
      return page;
    },
  );
}

/**
 * Made when somebody asks for it, by an application that has the same routes and never listens: what makes it is a hundred
 * files, which are not even loaded before.
 */
function documentOf(app: App): () => Promise<OpenApiDocument> {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', ({ method, url, schema = {}, config = {} }) => {
    if (method !== 'HEAD' && !schema.hide) routes.push({ method, url, schema, config, handler: () => {} });
  });
  async function make(): Promise<OpenApiDocument> {
    const { default: swagger } = await import('@fastify/swagger');
    const same = fastify({ exposeHeadRoutes: false });
    await same.register(swagger, openApiOptions);
    for (const route of routes) same.route(route);
    await same.ready();
    return same.swagger() as unknown as OpenApiDocument;
  }
  return once(make);
}
