import { CHAIN_STATES, chainStatus } from '../../audit/chain-status.ts';
import type { App, Parts } from '../route.ts';
import { replies, Time } from '../schemas.ts';
import { Type } from '../type.ts';

const AuditChain = Type.Object(
  {
    chain: Type.String(),
    first: Type.Integer({ description: 'The `n` of its oldest event.' }),
    last: Type.Integer({ description: 'The `n` of its latest event, as it was signed.' }),
    time: Time,
    key_id: Type.String({ description: 'Which key signed.' }),
    state: Type.Enum(CHAIN_STATES, {
      description: '`whole_end`: the last event is the one that was signed, with a key of this service.',
    }),
  },
  { title: 'AuditChain' },
);

/** `GET /v4/audit-chains/`: how far the audit trail goes, and whether its end is the one that was signed. */
export function listAuditChains(app: App, { store, auditKeys }: Parts): void {
  app.get(
    '/v4/audit-chains/',
    {
      schema: {
        operationId: 'getAuditChains',
        summary: 'The chains of the audit trail, by their signed ends',
        description:
          'The whole is verified by `guardbee audit verify`, or by a program of your own from an export.',
        tags: ['audit'],
        response: replies({ 200: Type.Array(AuditChain) }, ['PERMISSION_DENIED']),
      },
    },
    () => chainStatus(store, auditKeys),
  );
}
