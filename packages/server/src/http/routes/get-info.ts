import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';

const Count = Type.Object({ max: Type.Integer(), default: Type.Integer() });

const info = Type.Object(
  {
    general: Type.Object({
      installation_name: Type.String(),
      provider: Type.Literal('guardbee'),
      availability_zones: Count,
    }),
    workers: Type.Object({ count_per_cluster: Count }),
  },
  { title: 'V4InfoResponse' },
);

export function getInfo(app: App, { installationName }: Parts): void {
  const answer = {
    general: {
      installation_name: installationName,
      provider: 'guardbee' as const,
      availability_zones: { max: 1, default: 1 },
    },
    // Guardbee runs no clusters; the clients only need the keys to be there.
    workers: { count_per_cluster: { max: 0, default: 0 } },
  };
  app.get(
    '/v4/info/',
    {
      schema: {
        operationId: 'getInfo',
        summary: 'What this installation is',
        tags: ['service'],
        response: replies({ 200: info }, ['PERMISSION_DENIED']),
      },
    },
    async () => answer,
  );
}
