import type { IncomingMessage } from 'node:http';

/**
 * Whether a request says of itself what two readers could understand differently, though Node's parser takes it: no Host or two
 * of them (RFC 9112 section 3.2), a coding of the transfer other than `chunked` (section 6.1, which also gives HTTP/1.0 none), or a
 * version that is not spoken here. It is refused, and nothing behind it on its connection is read.
 */
export function isAmbiguous({
  httpVersion,
  rawHeaders,
}: Pick<IncomingMessage, 'httpVersion' | 'rawHeaders'>): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const { length } = rawHeaders[at] as string;
    if (length !== HOST.length && length !== CODING.length) continue;
    const name = (rawHeaders[at] as string).toLowerCase();
    if (name === HOST) hosts += 1;
    if (name === CODING && (httpVersion !== '1.1' || rawHeaders[at + 1]?.toLowerCase() !== 'chunked'))
      return true;
  }
  if (httpVersion === '1.1') return hosts !== 1;
  return httpVersion !== '1.0' || hosts > 1;
}

const HOST = 'host';
const CODING = 'transfer-encoding';
