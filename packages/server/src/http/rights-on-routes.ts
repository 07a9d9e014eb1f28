import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Refusal } from '../errors.ts';
import { sendRefusal } from './error-reply.ts';
import { type Entry, RIGHTS } from './rights.ts';
import type { App } from './route.ts';

/** Puts the table's entry on a route; one that the table does not know can't be built. */
export function enterRight(route: RouteOptions): void {
  const isOurRefusal = (route.handler as unknown) === refuseMethod;
  const isPreflight = route.method === 'OPTIONS' && route.url === '*';
  for (const method of [route.method].flat()) {
    const entry = isOurRefusal || isPreflight ? ANYONE : lookUp(method, route.url);
    if (entry === undefined)
      throw new Error(`${method} ${route.url} is not in the table of rights (http/rights.ts)`);
    route.config = { ...route.config, entry };
  }
}

const ANYONE: Entry = { right: 'anyone', scope: null };

function lookUp(method: string, url: string): Entry | undefined {
  return RIGHTS[`${method === 'HEAD' ? 'GET' : method} ${url}`] ?? RIGHTS[`ALL ${url}`];
}

/** Answers 405 with `Allow` on the known paths for the methods they don't have. */
export function refuseOtherMethods(app: App, { corsOn }: { corsOn: boolean }): void {
  const served = new Map<string, string[]>();
  for (const line of Object.keys(RIGHTS)) {
    const [method, url] = line.split(' ') as [string, string];
    if (method === 'ALL') continue;
    served.set(url, [...(served.get(url) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  }
  for (const [url, allow] of served) {
    const method = app.supportedMethods.filter(
      (name) => !allow.includes(name) && !(corsOn && name === 'OPTIONS'),
    );
    app.route({
      method,
      url,
      schema: { hide: true },
      config: { allow: allow.join(', ') },
      handler: refuseMethod,
    });
  }
}

export function refuseMethod(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendRefusal(
    reply.header('allow', request.routeOptions.config.allow),
    new Refusal('METHOD_NOT_ALLOWED'),
  );
}
