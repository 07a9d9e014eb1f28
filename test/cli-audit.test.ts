import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  ADMIN,
  base64,
  cleanEnvironment,
  type Finished,
  GUARDBEE,
  type RunningService,
  run,
  serve,
  temporaryFolder,
} from './guardbee.ts';

const PHRASE = 'a phrase that is long enough';

suite('the command explains afterwards what happened', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const inFolder = (name: string) => join(folder.path, name);
  let service: RunningService;
  let env: Record<string, string>;

  const guardbee = (line: string, input = ''): Promise<Finished> => run(line.split(' '), { env, input });
  async function ok(line: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await guardbee(line, input);
    assert.equal(code, 0, `${line}: ${stderr}`);
    return stdout;
  }

  before(async () => {
    service = await serve(data);
    env = { GUARDBEE_CONFIG_DIR: inFolder('config'), GUARDBEE_ENDPOINT: service.url };
    await ok(`login ${ADMIN.email} --password-stdin`, ADMIN.password);
    await ok('users create jane@example.com --password-stdin', PHRASE);
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  test('a refused login is found, and its request followed, by the id that was shown', async () => {
    const refused = await guardbee('login jane@example.com --password-stdin', 'wrong');
    const id = /\(request ([0-9a-f-]{36})\)\n$/.exec(refused.stderr)?.[1];
    assert.ok(id, refused.stderr);
    const [event] = JSON.parse(await ok('audit list --event login.failed --user jane@example.com --json'));
    assert.deepEqual([event.request_id, event.subject_email], [id, 'jane@example.com']);
    const timeline = await ok(`trace ${id}`);
    assert.match(timeline, /POST \/v4\/auth-tokens\/ → 401 refused in \d+ ms/);
    assert.match(timeline, /command +guardbee login <email> --password-stdin/);
    assert.match(timeline, /login\.failed reason=\w+\n +about +jane@example\.com/);
    assert.match(
      await ok('activities --step 1d'),
      /^TIME +ACTIVITY.*\n(?:.*\n)*.* login +\d+ +[█▉▊▋▌▍▎▏]+ +1 \(/,
    );
  });

  test('what is typed never gets into the records, unless it is known to be harmless', async () => {
    const secret = 'hunter2hunter2';
    await guardbee(`users show ${secret}`);
    await guardbee(`tokens why ${secret}`);
    const trail = await ok('audit export');
    assert.ok(!trail.includes(secret));
    assert.ok(trail.includes('guardbee users create <email> --password-stdin'));
    assert.ok(!service.stderr().includes(secret));
  });

  test('the trail is verified at the service, as a file with its key, and offline; a change is named', async () => {
    assert.match(await ok('audit verify'), /whole, and signed to its end/);
    await ok(`audit export --output ${inFolder('trail.ndjson')}`);
    writeFileSync(inFolder('key.pem'), await ok(`audit key --offline --data-dir ${data}`));
    const known = `--public-key ${inFolder('key.pem')}`;
    const whole = await guardbee(`audit verify ${inFolder('trail.ndjson')} ${known}`);
    assert.deepEqual([whole.code, whole.stderr], [0, '']);
    assert.equal((await guardbee(`audit verify --offline --data-dir ${data}`)).stderr, '');
    const text = readFileSync(inFolder('trail.ndjson'), 'utf8');
    writeFileSync(
      inFolder('changed.ndjson'),
      text.replace('"event":"login.failed"', '"event":"login.succeeded"'),
    );
    const n = JSON.parse(String(text.split('\n').find((line) => line.includes('login.failed')))).n;
    const changed = await guardbee(`audit verify ${inFolder('changed.ndjson')} ${known}`);
    assert.equal(changed.code, 1);
    assert.match(changed.stderr, new RegExp(`It begins at event ${n} of chain main`));
    assert.match(await ok('audit export --format csv'), /^"?time"?,/);
  });

  test('only administrators are told', async () => {
    await ok('login jane@example.com --password-stdin', PHRASE);
    const lines = ['audit list', 'audit export', 'activities', 'trace x', `users unlock ${ADMIN.email}`];
    for (const { code, stdout, stderr } of await Promise.all(lines.map((line) => guardbee(line)))) {
      assert.deepEqual([code, stdout], [3, '']);
      assert.ok(!stderr.includes('guardbee trace'), 'nobody is pointed to what they may not do');
    }
    await ok(`endpoints select ${service.url} -a ${ADMIN.email}`);
  });

  test('a locked account is shown, and unlocked', async () => {
    await ok('users create joe@example.com --password-stdin', PHRASE);
    for (let n = 0; n < 6; n += 1) {
      const body = JSON.stringify({ email: 'joe@example.com', password_base64: base64(`wrong ${n}`) });
      await fetch(`${service.url}/v4/auth-tokens/`, { method: 'POST', body });
    }
    assert.match(await ok('users show joe@example.com'), /^role +user, locked\n(?:.*\n)*locked +until /m);
    await ok('users unlock joe@example.com');
    assert.equal(JSON.parse(await ok('users show joe@example.com --json')).locked_until, null);
  });

  test('at a terminal, erasing asks for the e-mail; without one it is refused; the chain stays whole', async () => {
    const refused = await guardbee('users erase jane@example.com');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /There is no terminal to ask for the confirmation\.\nTry: With --yes/);
    const wrong = await atTerminal('users erase jane@example.com', 'jane');
    assert.equal(wrong.code, 2, wrong.screen);
    assert.match(await ok('users list'), /jane@example\.com/);
    const right = await atTerminal('users erase jane@example.com', 'jane@example.com');
    assert.equal(right.code, 0, right.screen);
    assert.ok(!(await ok('audit export')).includes('jane@example.com'));
    assert.match(await ok('audit verify'), /whole, and signed to its end/);
  });

  /** script(1) gives the command a terminal of its own; the answer is typed when the question stands there. */
  async function atTerminal(line: string, answer: string): Promise<{ code: number; screen: string }> {
    const child = spawn('script', ['-qec', `${process.execPath} ${GUARDBEE} ${line}`, '/dev/null'], {
      env: { ...cleanEnvironment(), ...env, TERM: 'xterm' },
    });
    let screen = '';
    child.stdout.on('data', (chunk) => {
      const isAsked = screen.includes('Type the e-mail');
      screen += chunk;
      if (!isAsked && screen.includes('Type the e-mail')) child.stdin.write(`${answer}\r`);
    });
    const [code] = await once(child, 'close');
    return { code, screen };
  }
});
