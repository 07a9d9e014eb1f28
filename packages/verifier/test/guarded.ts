/** One server for each adapter, in its real framework: what it sends to who may pass is the principal. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import type { RequireTokenOptions } from '../src/admit.ts';
import { requireToken as forExpress } from '../src/express.ts';
import { requireToken as forFastify } from '../src/fastify.ts';
import { requireToken as forHono } from '../src/hono.ts';
import type { Verifier } from '../src/index.ts';
import { requireToken as forNode } from '../src/node.ts';

export interface Guarded extends AsyncDisposable {
  readonly url: string;
}

type Guard = (verifier: Verifier, options?: RequireTokenOptions) => Promise<Guarded>;

async function listening(server: Server, verifier: Verifier): Promise<Guarded> {
  if (!server.listening) await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      verifier.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const guarded: Record<'node:http' | 'Express' | 'Fastify' | 'Hono', Guard> = {
  'node:http': async (verifier, options) => {
    const guard = forNode(verifier, options);
    const server = createServer(async (req, res) => {
      const principal = await guard(req, res);
      if (principal === undefined) return;
      res.end(JSON.stringify(req.principal === principal && req.principal));
    });
    return listening(server.listen(0, '127.0.0.1'), verifier);
  },
  Express: async (verifier, options) => {
    const app = express();
    app.get('/', forExpress(verifier, options), (req, res) => void res.json(req.principal));
    return listening(app.listen(0, '127.0.0.1'), verifier);
  },
  Fastify: async (verifier, options) => {
    const app = fastify();
    app.get('/', { onRequest: forFastify(verifier, options) }, async (request) => request.principal);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return listening(app.server, verifier);
  },
  Hono: async (verifier, options) => {
    const app = new Hono().get('/', forHono(verifier, options), (c) => c.json(c.get('principal')));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server, verifier);
  },
};
