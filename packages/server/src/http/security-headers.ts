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

/**
 * On the console's files, instead of `ALWAYS`'s: their own scripts and styles, and nobody else's; no inline code, no
 * text that becomes code (Trusted Types), no form that a browser sends by itself, no frame around them. Their requests
 * say where they come from, to this origin alone.
 */
export const CONSOLE = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

/** Where the service speaks TLS itself (RFC 6797): for a year, this host alone. */
export const WITH_TLS = { ...ALWAYS, 'strict-transport-security': 'max-age=31536000' } as const;
