/**
 * Writes packages/server/data/common-passwords.txt, which the password policy reads, from the list of
 * `@zxcvbn-ts/language-common` (see docs/decisions/0013). Without it nobody could renew the list:
 *
 *     npm pack @zxcvbn-ts/language-common && tar -xzf zxcvbn-ts-language-common-*.tgz
 *     node tools/common-passwords.ts package/
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Shorter ones are in every passphrase. */
const SHORTEST = 4;
/** From here on it makes no difference how common one is. */
const LAST_GROUP = 13;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/common-passwords.ts <unpacked package>');

const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const licence = readFileSync(join(folder, 'LICENSE.txt'), 'utf8').trim();
/** The most common first. */
const ranked: string[] = JSON.parse(readFileSync(join(folder, 'src/passwords.json'), 'utf8'));

const groups: string[][] = Array.from({ length: LAST_GROUP + 1 }, () => []);
for (const [at, password] of ranked.entries()) {
  if (password.length < SHORTEST || !/^[\x21-\x7e]+$/.test(password)) continue;
  groups[Math.min(Math.floor(Math.log2(at + 1)), LAST_GROUP)]?.push(password.toLowerCase());
}

const head = `Common passwords, from ${name} ${version}. Behind the n-th empty line, n from 0, stand those whose rank
by frequency is 2 to the n or more; in the last group all the rest. Written by tools/common-passwords.ts.

${licence}`;
const comment = head.split('\n').map((line) => `# ${line}`.trimEnd());
writeFileSync(
  join(import.meta.dirname, '../packages/server/data/common-passwords.txt'),
  `${[comment, ...groups.map((group) => ['', ...group.sort()])].flat().join('\n')}\n`,
);
