/**
 * On every reply (OWASP REST Security Cheat Sheet): nothing here is for a cache, a frame, or a browser's guess at what it
 * might be.
 */
export const ALWAYS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** Where the service speaks TLS itself (RFC 6797): for a year, this host alone. */
export const WITH_TLS = { ...ALWAYS, 'strict-transport-security': 'max-age=31536000' } as const;
