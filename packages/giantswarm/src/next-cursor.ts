import type { ApiResponse } from './api-response.ts';

/**
 * Where a list goes on, from the `Link` header of one of its pages (RFC 8288, `rel="next"`); undefined when that was the
 * last one. Give it to the next call as `cursor`. Beyond v4.
 */
export function nextCursor(response: ApiResponse): string | undefined {
  const target = /<[^>]*[?&]cursor=([^&>]*)[^>]*>;\s*rel="next"/.exec(response.headers.link ?? '')?.[1];
  return target === undefined ? undefined : decodeURIComponent(target);
}
