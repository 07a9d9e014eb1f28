import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { packageFolder, requireBuilt } from './built.ts';
import { emptyProject, nodes, run } from './program.ts';
import { type RecordingServer, smallService, startRecordingServer } from './recording-server.ts';

suite('the README’s programs do what they say', () => {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const programs = [...readme.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  const project = emptyProject();
  let server: RecordingServer;
  before(async () => {
    requireBuilt();
    mkdirSync(join(project.folder, 'node_modules'));
    symlinkSync(packageFolder, join(project.folder, 'node_modules/giantswarm'));
    server = await startRecordingServer(smallService());
  });
  after(async () => {
    project[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });

  const deleted = 'The authentication token has been successfully deleted.';
  const shown = [
    `Logged in as ada@example.com\n${deleted}\n`,
    'Logged in as ada@example.com\n',
    '401 INVALID_CREDENTIALS\nWrong e-mail or password.\nundefined\nundefined\n',
  ];

  test('there are three', () => assert.equal(programs.length, shown.length));
  for (const node of nodes()) {
    for (const [i, expected] of shown.entries()) {
      test(`program ${i + 1} (${node})`, async () => {
        const code = (programs[i] ?? '').replace('https://login.example.com', server.url);
        const file = project.write(code.includes('require(') ? 'a.cjs' : 'a.mjs', code);
        const { stdout, stderr } = await run(node, [file], project.folder);
        assert.deepEqual({ stdout, stderr }, { stdout: expected, stderr: '' });
      });
    }
  }
});
