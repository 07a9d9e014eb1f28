import type { IncomingMessage } from 'node:http';
import type { Presented } from './admit.ts';
import { isRepeated } from './authorization.ts';

/** What a request of Node's presents; Express and Fastify stand on the same. */
export function presentedBy(req: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): Presented {
  return {
    authorization: req.headers.authorization,
    isRepeated: isRepeated(req.rawHeaders),
    requestId: one(req.headers['x-request-id']),
    activity: one(req.headers['x-giant-swarm-activity']),
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
