/** What OpenSSL calls an answer that is not TLS; its own words name a line of its source. */
const NO_TLS = /wrong version number|packet length too long|http request/;

/** Why a connection did not come about, in words for a person. */
export function whyNoConnection({ message }: Error): string {
  return NO_TLS.test(message) ? 'plain HTTP is spoken there, not HTTPS' : message;
}
