import type { App, Parts } from '../route.ts';

/** `GET /metrics`, where it has no address of its own: see `metrics-listener.ts`. */
export function getMetrics(app: App, { metrics }: Parts): void {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Prometheus metrics',
        tags: ['service'],
        produces: ['text/plain'],
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await metrics();
      reply.type(contentType);
      return text;
    },
  );
}
