import type { Config } from '@guardbee/server';

/** What can be meant, and is a danger where it isn't: in words for the log and for `config check`. */
export function riskySettings({ listen, tls, trustedProxies }: RiskyParts): string[] {
  if (tls !== undefined || trustedProxies.length > 0 || isLoopback(listen.host)) return [];
  return [
    `GUARDBEE_LISTEN (${listen.host}) can be reached from other machines without TLS: passwords and tokens can be read on their way. Set GUARDBEE_TLS_CERT and GUARDBEE_TLS_KEY, or put a proxy with TLS before it and name that in GUARDBEE_TRUSTED_PROXIES`,
  ];
}

type RiskyParts = Pick<Config, 'listen' | 'tls' | 'trustedProxies'>;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
