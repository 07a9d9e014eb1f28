import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { run } from './guardbee.ts';

/** The machine's own Node, beside the one this project brings. */
function otherNode(): { path: string; version: string } | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  for (const folder of folders) {
    try {
      const version = execFileSync(`${folder}/node`, ['--version'], { encoding: 'utf8' }).trim();
      return { path: `${folder}/node`, version };
    } catch {}
  }
  return undefined;
}

const old = otherNode();
const isOld = old !== undefined && Number(old.version.slice(1).split('.')[0]) < 24;

test('under an older Node the command says so in one line', {
  skip: isOld ? false : 'this machine has no Node older than 24',
}, async () => {
  const { code, stdout, stderr } = await run(['serve'], { node: old?.path ?? '' });
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(
    stderr,
    `guardbee needs Node.js 24.15 or a later 24, or 26 or newer; this is ${old?.version.slice(1)}.\n`,
  );
});
