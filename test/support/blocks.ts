import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The blocks of code of a document, in their order. Tests that a document names as the ones that run its blocks take them from
 * here, with the document's path written out, so that `docs.test.ts` finds the call.
 */
export function blocks(file: string, language: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) =>
    String(match[1]),
  );
}

/** The only one that contains the text. */
export function block(file: string, language: string, containing: string): string {
  const found = blocks(file, language).filter((code) => code.includes(containing));
  assert.equal(found.length, 1, `${file} has one ${language} block with ${containing}`);
  return String(found[0]);
}
