import { readFileSync } from 'node:fs';
import { PACKAGE_FOLDER } from '../package-folder.ts';

/** Each common password, in lower case, with the binary logarithm of its rank by frequency: 0 is the most common. */
export type CommonPasswords = ReadonlyMap<string, number>;

const FILE = new URL('data/common-passwords.txt', PACKAGE_FOLDER);

/** Passwords are set seldom: what the list needs in memory may go again. */
let remembered: WeakRef<CommonPasswords> | undefined;

/** Read when it is first asked for: a service that starts needs none of it. */
export function commonPasswords(): CommonPasswords {
  const known = remembered?.deref();
  if (known !== undefined) return known;
  const [, ...groups] = readFileSync(FILE, 'utf8').trimEnd().split('\n\n');
  const passwords = new Map<string, number>();
  for (const [bits, group] of groups.entries())
    for (const word of group.split('\n')) passwords.set(word, bits);
  remembered = new WeakRef(passwords);
  return passwords;
}
