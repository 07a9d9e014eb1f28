import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Clock } from '../clock.ts';
import type { Counts } from '../counts.ts';
import type { HashQueue } from '../login/hash-queue.ts';
import type { Store } from '../storage/store.ts';
import type { DigestKeys } from '../tokens/digest.ts';
import type { Principal } from '../tokens/principal.ts';
import type { Right } from './rights.ts';

/** What the endpoints work with. */
export interface Parts {
  readonly store: Store;
  readonly hashes: HashQueue;
  /** See `login/log-in.ts`. */
  readonly decoyHash: string;
  readonly digestKeys: DigestKeys;
  readonly clock: Clock;
  readonly counts: Counts;
  readonly installationName: string;
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
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** From the table of rights; routes don't set it themselves. */
    right?: Right;
    /** The methods a path has, on the routes that refuse the others. */
    allow?: string;
  }
}

/** The principal of a request whose route asks for one. */
export function principalOf(request: Pick<FastifyRequest, 'principal'>): Principal {
  if (request.principal === null)
    throw new Error('a route that needs a principal is open to anyone in the table of rights');
  return request.principal;
}
