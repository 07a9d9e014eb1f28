import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ActivityRecorder } from '../activity/recorder.ts';
import type { ClusterState } from '../cluster/join-cluster.ts';
import type { Counts } from '../counts.ts';
import type { LoginParts } from '../login/log-in.ts';
import type { TokenFinder } from '../tokens/find.ts';
import type { LastUses } from '../tokens/last-use.ts';
import type { Principal } from '../tokens/principal.ts';
import type { ClientAddress } from './client-address.ts';
import type { Metrics } from './metrics.ts';
import type { RevocationStreams } from './revocation-stream.ts';
import type { Entry } from './rights.ts';

/** What the endpoints work with. */
export interface Parts extends LoginParts {
  readonly finder: TokenFinder;
  readonly lastUses: LastUses;
  readonly addressOf: ClientAddress;
  readonly isFromTrustedProxy: (request: IncomingMessage) => boolean;
  readonly activity: ActivityRecorder;
  /** The public keys of the audit trail's signatures, by key id. */
  readonly auditKeys: ReadonlyMap<string, KeyObject>;
  readonly streams: RevocationStreams;
  readonly counts: Counts;
  /** Where other machines may use the same database. */
  readonly cluster: (() => ClusterState) | undefined;
  readonly metrics: Metrics;
  readonly installationName: string;
  /** On every reply: see `security-headers.ts`. */
  readonly replyHeaders: Readonly<Record<string, string>>;
  /** Told to stop: every reply asks its client to come back on a new connection, which another process will take. */
  readonly isDraining: () => boolean;
  /** Whether the service takes requests: false while it starts, drains or has lost its database. */
  readonly isReady: () => Promise<boolean>;
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route whose right is not `anyone`. */
    authenticated: Principal | null;
  }
  interface FastifyContextConfig {
    /** From the table of rights; routes don't set it themselves. */
    entry?: Entry;
    /** The body is a form (RFC 7662 and 7009 want it so), not JSON. */
    form?: boolean;
    /** A body, if there is one, is not looked at. */
    anyBody?: boolean;
    /** The methods a path has, on the routes that refuse the others. */
    allow?: string;
  }
}

/** The principal of a request whose route asks for one. */
export function principalOf(request: Pick<FastifyRequest, 'authenticated'>): Principal {
  if (request.authenticated === null)
    throw new Error('a route that needs a principal is open to anyone in the table of rights');
  return request.authenticated;
}
