import { useEffect, useState } from 'preact/hooks';

/**
 * Where somebody is, by what stands behind the `#`: browsers keep that to themselves, so that no e-mail address gets into
 * a log or a Referer, and there is no address that the service could redirect to.
 */
export interface Route {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

/** `#/users/jane%40example.com?tab=tokens` → `{ parts: ['users', 'jane@example.com'], query }`. */
function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a page; empty values are left out. */
export function href(parts: readonly string[], query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const text = new URLSearchParams(given).toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

export function go(parts: readonly string[], query?: Record<string, string | undefined>): void {
  location.hash = href(parts, query);
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}
