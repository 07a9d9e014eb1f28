import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DigestKeys } from '../tokens/digest.ts';
import { formatCursor, parseCursor } from './cursor.ts';

/** The page a request asks for, and how its reply says where the next one is (RFC 8288). */
export interface Page {
  readonly limit: number;
  /** The position behind which it starts; undefined: the first. */
  readonly after: string | undefined;
  /** Sets the `Link` header when there may be more behind `items`. */
  linkNext<Item>(items: readonly Item[], positionOf: (item: Item) => string): void;
}

/** `list` names the list, so that a cursor is good for no other. */
export function pageOf(request: FastifyRequest, reply: FastifyReply, keys: DigestKeys, list: string): Page {
  const query = request.query as { limit?: string; cursor?: string };
  const limit = Number(query.limit ?? 100);
  return {
    limit,
    after: parseCursor(keys, list, query.cursor),
    linkNext(items, positionOf) {
      const last = items.at(-1);
      if (items.length < limit || last === undefined) return;
      // What else was asked for stays: the cursor is good for that list only. Of an absolute target (RFC 9112 section 3.2.2) the
      // path alone is ours.
      const { pathname, searchParams } = new URL(request.url, 'http://localhost');
      searchParams.set('limit', String(limit));
      searchParams.set('cursor', formatCursor(keys, list, positionOf(last)));
      reply.header('link', `<${pathname}?${searchParams}>; rel="next"`);
    },
  };
}
