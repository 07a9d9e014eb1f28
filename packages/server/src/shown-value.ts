import type { Setting } from './config-sources.ts';

const HIDDEN = '(hidden)';

/** Parameters of a database URL that are no secrets; there are others that are, like libpq's `password`. */
const OPEN_PARAMETERS = new Set(['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey']);

/** A setting's value as people may see it: of a secret nothing, of a URL all but the password. */
export function shownValue({ secret }: Setting, value: string): string {
  if (secret === undefined) return value;
  return secret === 'password in URL' ? withoutPassword(value) : HIDDEN;
}

/** The same in quotation marks, for a sentence. */
export function quotedValue(setting: Setting, value: string): string {
  const shown = shownValue(setting, value);
  return shown === HIDDEN ? shown : JSON.stringify(shown);
}

/**
 * Text that was typed wrong too, so it is not parsed: a password may have a `/` or an `@` that should have been encoded. What
 * is no URL, like libpq's `password=…`, is hidden as a whole.
 */
function withoutPassword(url: string): string {
  if (/^sqlite:/.test(url)) return url;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return HIDDEN;
  return url
    .replace(/(?<=^[^:]+:\/\/[^:@/?#]*:).*(?=@)/s, HIDDEN)
    .replace(/(?<=[?&])([^=&]*)=[^&]*/g, (parameter, name) =>
      OPEN_PARAMETERS.has(name) ? parameter : `${name}=${HIDDEN}`,
    );
}
