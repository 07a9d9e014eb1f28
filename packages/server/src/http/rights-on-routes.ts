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

/** Methods that have routes of their own to be refused by; of the many others a path is asked when they come. */
const USUAL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'];

/** The methods of each path, as the table has them. */
const SERVED: ReadonlyMap<string, readonly string[]> = (() => {
  const served = new Map<string, string[]>();
  for (const line of Object.keys(RIGHTS)) {
    const [method, url] = line.split(' ') as [string, string];
    if (method === 'ALL') continue;
    served.set(url, [...(served.get(url) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  }
  return served;
})();

/** Answers 405 with `Allow` on the known paths for the methods they don't have. */
export function refuseOtherMethods(app: App, { corsOn }: { corsOn: boolean }): void {
  for (const [url, allow] of SERVED) {
    const method = USUAL.filter((name) => !allow.includes(name) && !(corsOn && name === 'OPTIONS'));
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

/** What no route takes: 405 where it is the method alone that is unknown, else 404. */
export function refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ''] = request.url.split('?', 1);
  const allow = USUAL.includes(request.method)
    ? undefined
    : [...SERVED].find(([pattern]) => matches(pattern, path))?.[1];
  return allow === undefined
    ? sendRefusal(reply, new Refusal('RESOURCE_NOT_FOUND'))
    : sendRefusal(reply.header('allow', allow.join(', ')), new Refusal('METHOD_NOT_ALLOWED'));
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern, path].map((text) => text.replace(/\/$/, '').split('/')) as [
    string[],
    string[],
  ];
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => part === given[at] || (part.startsWith(':') && given[at] !== ''))
  );
}
