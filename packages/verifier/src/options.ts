import type { Ca } from './origin.ts';
import { type OwnToken, TOKEN68 } from './own-token.ts';

export interface VerifierOptions {
  /** Where the service is, like `https://login.example.com`. */
  url: string | URL;
  /** The verifier's own token, of scope `introspect`; or a function that gives it, asked before each use. */
  token: OwnToken;
  /**
   * Whether to remember who a token speaks for while the service's revocations are followed. Default false: every
   * request asks the service. `maxEntries`: default 10,000.
   */
  cache?: boolean | { maxEntries?: number | undefined } | undefined;
  /**
   * The longest, in milliseconds, that a token may still be accepted after its logout was answered; applies to the
   * cache. 300 to 10,000, default 1,000. Below about 600 much is asked online.
   */
  maxStale?: number | undefined;
  /** Milliseconds for one verification, 50 to 30,000; default 2,000. Then the request is refused with 503. */
  timeout?: number | undefined;
  /** How many questions may be on their way to the service at once, 1 to 1,000; default 64. */
  maxInFlight?: number | undefined;
  /** PEM certificates of the authority to trust, if it is not one the platform knows. */
  ca?: Ca | undefined;
  /** Told why the stream of revocations was interrupted. It is resumed by itself; requests are asked online meanwhile. */
  onWarning?: ((warning: Error) => void) | undefined;
}

export interface CheckedOptions {
  readonly url: URL;
  readonly token: OwnToken;
  /** Undefined without a cache. */
  readonly maxEntries: number | undefined;
  readonly maxStale: number;
  readonly timeout: number;
  readonly maxInFlight: number;
  readonly ca: Ca | undefined;
  readonly onWarning: (warning: Error) => void;
}

const KEYS = ['url', 'token', 'cache', 'maxStale', 'timeout', 'maxInFlight', 'ca', 'onWarning'];

/** @throws TypeError that names the option and what is allowed; never shows the token */
export function checkOptions(options: VerifierOptions): CheckedOptions {
  refuseUnknown('createVerifier', options, KEYS);
  const { url, token, cache = false, ca, onWarning = () => {} } = options;
  if (typeof token !== 'function' && !(typeof token === 'string' && TOKEN68.test(token))) {
    throw new TypeError('createVerifier: token must be a token string or a function that gives one');
  }
  if (typeof onWarning !== 'function') throw new TypeError('createVerifier: onWarning must be a function');
  return {
    url: checkUrl(url),
    token,
    maxEntries: checkCache(cache),
    maxStale: integer('maxStale', options.maxStale, { least: 300, most: 10_000, normal: 1_000 }),
    timeout: integer('timeout', options.timeout, { least: 50, most: 30_000, normal: 2_000 }),
    maxInFlight: integer('maxInFlight', options.maxInFlight, { least: 1, most: 1_000, normal: 64 }),
    ca,
    onWarning,
  };
}

/** @throws TypeError for anything but an object with some of these keys: a misspelt option must not go unnoticed */
export function refuseUnknown(where: string, options: unknown, keys: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: the options must be an object`);
  }
  const unknown = Object.keys(options).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`${where}: there is no option '${unknown}'; there are ${keys.join(', ')}`);
}

function checkUrl(value: unknown): URL {
  const text = String(value);
  const url = URL.canParse(text) ? new URL(text) : null;
  const wrong = (what: string) =>
    new TypeError(`createVerifier: url ${what}, like https://login.example.com`);
  if (url === null) throw wrong('must be a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('must be of http or https');
  if (url.username !== '' || url.password !== '') throw wrong('must not hold credentials');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrong('must end after the host');
  return url;
}

function checkCache(cache: unknown): number | undefined {
  if (cache === false || cache === undefined) return undefined;
  if (cache !== true) refuseUnknown('createVerifier: cache', cache, ['maxEntries']);
  const { maxEntries } = cache as { maxEntries?: unknown };
  return integer('cache.maxEntries', maxEntries, { least: 1, most: 10_000_000, normal: 10_000 });
}

function integer(
  name: string,
  value: unknown,
  { least, most, normal }: { least: number; most: number; normal: number },
): number {
  if (value === undefined) return normal;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(`createVerifier: ${name} must be a whole number from ${least} to ${most}`);
}
