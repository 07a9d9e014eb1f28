import { timingSafeEqual } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { type DigestKeys, digestCursor } from '../tokens/digest.ts';

/**
 * Where a paged list goes on, as opaque text: the position and a keyed digest over it, so that a caller can't ask
 * for positions they were not given. A cursor is good for the list it was made for, and as long as its key is known.
 */
export function formatCursor(keys: DigestKeys, list: string, position: string): string {
  const digest = Buffer.from(digestCursor(keys[0], `${list}\n${position}`));
  return `${Buffer.from(position).toString('base64url')}.${digest.toString('base64url')}`;
}

/** The position, undefined when no cursor was given. Throws `INVALID_INPUT` for one that we did not make. */
export function parseCursor(keys: DigestKeys, list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [position = '', digest = '', ...more] = cursor.split('.');
  const text = Buffer.from(position, 'base64url').toString();
  const given = Buffer.from(digest, 'base64url');
  const genuine =
    more.length === 0 &&
    keys.some((key) => {
      const expected = digestCursor(key, `${list}\n${text}`);
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  if (!genuine) throw new Refusal('INVALID_INPUT', { message: 'The cursor is not one of this list.' });
  return text;
}
