import { Readable } from 'node:stream';
import { exportCsv, exportNdjson } from '../../audit/export.ts';
import type { App, Parts } from '../route.ts';
import { replies } from '../schemas.ts';
import { Type } from '../type.ts';

const FORMATS = ['ndjson', 'csv'] as const;

/** Text, not JSON: one entry for each type. */
const TRAIL = Type.Unsafe<unknown>({
  description: 'One line for each event.',
  content: {
    'application/x-ndjson': { schema: { type: 'string' } },
    'text/csv': { schema: { type: 'string' } },
  },
});

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
        querystring: Type.Object({
          format: Type.Optional(Type.Enum(FORMATS, { description: 'Default: ndjson' })),
        }),
        response: replies({ 200: TRAIL }, ['PERMISSION_DENIED']),
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
