import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const main = join(import.meta.dirname, 'main.ts');

/** Runs a line of a shell's in which `$G` is the command from its source. */
function sh(line: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', G: `${process.execPath} ${main}` };
  return spawnSync('sh', ['-c', line], { env, encoding: 'utf8' });
}

suite('a result that cannot be written', { skip: existsSync('/dev/full') ? false : 'no /dev/full' }, () => {
  test('is a failure, and said', () => {
    const { status, stderr } = sh('$G man > /dev/full');
    assert.deepEqual([status, stderr.match(/^guardbee: /gm)?.length], [1, 1]);
    assert.match(stderr, /^guardbee: Cannot write to standard output: ENOSPC/);
  });

  test('as a whole is a failure too', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const { status, stderr } = sh(`trap '' XFSZ; ulimit -f 1; $G man > ${join(folder, 'man')}`);
    assert.equal(status, 1);
    assert.match(stderr, /^guardbee: Cannot write to standard output: EFBIG/);
  });

  test('because its reader has seen enough is none', () => {
    const { stdout, stderr } = sh('{ $G man; echo $? >&2; } | head -n 1');
    assert.deepEqual([stdout.split('\n').length, stderr], [2, '0\n']);
  });

  test('leaves the exit code of what failed before', () => {
    assert.equal(sh('$G nonsense 2> /dev/full').status, 2);
  });
});
