import { Refusal } from '../../errors.ts';
import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';

const Status = Type.Object({ status: Type.String() });

/** `GET /`: command-line clients ping it. */
export function getRoot(app: App): void {
  const answer = { name: 'guardbee', api: '/v4/', openapi: '/openapi.json' };
  const shape = Type.Object({ name: Type.String(), api: Type.String(), openapi: Type.String() });
  app.get(
    '/',
    {
      schema: {
        operationId: 'ping',
        summary: 'Says that somebody is here',
        tags: ['service'],
        response: replies({ 200: shape }, []),
      },
    },
    async () => answer,
  );
}

/** 200 while the process lives. */
export function getHealth(app: App): void {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Alive',
        tags: ['service'],
        response: replies({ 200: Status }, []),
      },
    },
    async () => ({ status: 'alive' }),
  );
}

/** 200 while requests are served; 503 while the service starts, drains or has lost its database. */
export function getReadiness(app: App, { isReady }: Parts): void {
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Ready to serve',
        tags: ['service'],
        response: replies({ 200: Status }, []),
      },
    },
    async () => {
      if (!(await isReady())) throw new Refusal('NOT_YET_AVAILABLE', { retryAfter: 1 });
      return { status: 'ready' };
    },
  );
}
