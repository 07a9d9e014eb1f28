import { Readable } from 'node:stream';
import { exportCsv, exportNdjson } from '../../audit/export.ts';
import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';

const FORMATS = ['ndjson', 'csv'] as const;

export function exportAuditEvents(app: App, parts: Parts): void {
  app.get(
    '/v4/audit-events/export/',
    {
      schema: {
        operationId: 'exportAuditEvents',
        summary: 'The whole audit trail, the oldest first',
        description:
          'NDJSON has the public keys, the signed heads and the hashes: it can be verified offline. CSV is for spreadsheets.',
        tags: ['audit'],
        produces: ['application/x-ndjson', 'text/csv'],
        querystring: Type.Object({
          format: Type.Optional(Type.Enum(FORMATS, { description: 'Default: ndjson' })),
        }),
        response: replies({}, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      const isCsv = request.query.format === 'csv';
      const lines = isCsv ? exportCsv(parts.store) : exportNdjson(parts.store, parts.auditKeys);
      reply
        .type(isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
        .header('content-disposition', `attachment; filename="audit-events.${isCsv ? 'csv' : 'ndjson'}"`);
      return Readable.from(lines, { objectMode: true, highWaterMark: 64 });
    },
  );
}
