import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fakeIo } from '../fake-io.test-support.ts';
import { buildProgram } from '../program.ts';
import { completionScript, SHELLS } from './completion.ts';
import { describeAll } from './describe.ts';
import { ENVIRONMENT, EXIT_CODES } from './help.ts';
import { manualPage } from './manual.ts';

const commands = describeAll(buildProgram(fakeIo(), '1.2.3'));
const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
after(() => rmSync(folder, { recursive: true }));

function inBash(script: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euc', script], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, ''], script);
  return stdout.trim();
}

suite('bash completes', () => {
  const file = join(folder, 'guardbee.bash');
  writeFileSync(file, completionScript('bash', commands));
  const complete = (...words: string[]): string[] => {
    const typed = ['guardbee', ...words].map((word) => `'${word}'`).join(' ');
    const script = `source ${file}; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; COMPREPLY=(); _guardbee || true; echo "\${COMPREPLY[*]-}"`;
    return inBash(script)
      .split(' ')
      .filter((word) => word !== '');
  };
  for (const [words, expected] of [
    [['aud'], ['audit']],
    [
      ['endpoints', ''],
      ['list', 'select', 'remove', 'import', '-h', '--help'],
    ],
    [
      ['audit', 'export', '--format', ''],
      ['ndjson', 'csv'],
    ],
    [['audit', 'export', '--json', '--form'], ['--format']],
    [
      ['activities', '--step', '1'],
      ['1m', '15m', '1h', '1d'],
    ],
    [
      ['completion', '--'],
      ['--json', '--help'],
    ],
    // What follows an option may have a command's name: it is still this command's.
    [
      ['users', 'create', 'jane@example.com', '--pass'],
      ['--password-stdin', '--password-file'],
    ],
    [['audit', 'export', '--output', 'x'], []],
    [['nonsense', '--al'], []],
  ] as const) {
    test(words.join(' '), () => assert.deepEqual(complete(...words), expected));
  }
});

suite('completion and manual come from the definitions', () => {
  for (const shell of SHELLS) {
    test(`${shell} knows every command and every option`, () => {
      const script = completionScript(shell, commands);
      for (const { path, options, commands: children } of commands) {
        for (const name of [...path, ...children.map((child) => child.name)])
          assert.ok(script.includes(name), name);
        for (const name of options.flatMap(({ names }) => names)) {
          const spelt = shell === 'fish' ? name.replace(/^--?/, name.startsWith('--') ? '-l ' : '-s ') : name;
          assert.ok(script.includes(spelt), `${path.join(' ')} ${name}`);
        }
      }
    });
  }

  test('the manual page names every command, option, variable and exit code, and roff takes it', () => {
    const page = manualPage(commands, '1.2.3');
    const plain = page.replaceAll('\\-', '-');
    for (const { path, options, commands: children } of commands) {
      if (children.length > 0) continue;
      assert.ok(plain.includes(`.SS "guardbee ${path.join(' ')}`), path.join(' '));
      for (const { flags } of options)
        if (!flags.includes('--help')) assert.ok(plain.includes(`.B "${flags}"`), flags);
    }
    for (const [name] of [...ENVIRONMENT, ...EXIT_CODES]) assert.ok(plain.includes(`.B "${name}"`), name);
    const { error, stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-cbu'], {
      input: page,
      encoding: 'utf8',
    });
    if (error) return; // no groff here: the rest was held already
    assert.equal(stderr, '');
    assert.ok(stdout.replaceAll('\u2212', '-').includes('--tls-self-signed'));
  });
});
