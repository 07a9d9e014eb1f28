/**
 * SQLite stores text as UTF-8: a lone surrogate would come back as U+FFFD, and could even match another row that
 * holds U+FFFD. NUL is kept by SQLite but ends the string for many of its functions, and PostgreSQL has no NUL at
 * all. So text is stored exactly or not at all.
 */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

export function storable<T extends string | null>(text: T, what: string): T {
  if (text !== null && !isStorable(text)) throw new TypeError(`${what} has a lone surrogate or NUL`);
  return text;
}

export function storableTime<T extends number | null>(time: T, what: string): T {
  if (time !== null && !Number.isSafeInteger(time)) throw new TypeError(`${what} is not whole milliseconds`);
  return time;
}

/** RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), separated by spaces. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

export function scopesToText(scopes: readonly string[]): string {
  for (const scope of scopes) {
    if (!scopeToken.test(scope)) throw new TypeError('a scope is not an RFC 6749 scope token');
  }
  return scopes.join(' ');
}

export function textToScopes(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

/** As JSON: a group's name may hold whatever one could separate names by. */
export function groupsToText(groups: readonly string[]): string {
  return JSON.stringify(groups.map((group) => storable(group, 'a group')));
}

export function textToGroups(text: string): string[] {
  // Most users have none, and this is on the path of every verification.
  return text === '[]' ? [] : (JSON.parse(text) as string[]);
}
