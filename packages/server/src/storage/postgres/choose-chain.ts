import { randomBytes } from 'node:crypto';
import type { Session } from './connections.ts';

/** A chain that nobody has appended to for so long has no service behind it any more. */
const atRest = '1 day';

/**
 * The name of the chain that this service appends to: one at rest, else a new one. So there are about as many chains as
 * there were services within a day, however often they are started.
 */
export async function chooseChain(session: Session): Promise<string> {
  const [resting] = await session.query<{ chain: string }>(
    `SELECT chain FROM audit_heads WHERE moved < now() - interval '${atRest}' ORDER BY random() LIMIT 1`,
  );
  return resting?.chain ?? randomBytes(6).toString('hex');
}
