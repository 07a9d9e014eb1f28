import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  ADMIN,
  cleanEnvironment,
  type Finished,
  GUARDBEE,
  type RunningService,
  run,
  serve,
  temporaryFolder,
} from './guardbee.ts';

suite('the command and a service behind TLS', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  let service: RunningService;
  let env: Record<string, string>;

  const guardbee = (line: string, more: Record<string, string> = {}, input = ''): Promise<Finished> =>
    run(line.split(' '), { env: { ...env, ...more }, input });

  before(async () => {
    service = await serve(data, {}, ['--tls-self-signed']);
    env = {
      GUARDBEE_CONFIG_DIR: join(folder.path, 'config'),
      GSCTL_ENDPOINT: service.url,
      NODE_EXTRA_CA_CERTS: join(data, 'keys/self-signed-cert.pem'),
    };
    const { code, stderr } = await guardbee(`login ${ADMIN.email} --password-stdin`, {}, ADMIN.password);
    assert.deepEqual([code, stderr], [0, '']);
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  test('doctor is content with a sound service and data directory, and changes nothing', async () => {
    const outside = await guardbee('doctor');
    assert.deepEqual([outside.code, outside.stderr], [0, ''], outside.stdout);
    assert.match(outside.stdout, /^fine +encryption +the certificate is good for \d+ days$/m);
    assert.match(outside.stdout, /^fine +session +admin@example\.com, an administrator$/m);
    const inside = await guardbee(`doctor --offline --data-dir ${data}`);
    assert.equal(inside.code, 0, inside.stdout);
    assert.match(inside.stdout, /^fine +keys +those that the database was written with$/m);
    chmodSync(join(data, 'keys'), 0o711);
    assert.equal((await guardbee(`doctor --offline --data-dir ${data}`)).code, 1);
    chmodSync(join(data, 'keys'), 0o700);
    const other = { GUARDBEE_DIGEST_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}` };
    const wrongKeys = await guardbee(`doctor --offline --data-dir ${data} --json`, other);
    assert.equal(wrongKeys.code, 1);
    assert.match(wrongKeys.stdout, /is not the one this database was written with/);
    assert.match((await guardbee(`doctor --offline --data-dir ${data}`)).stdout, /^fine +keys/m);
  });

  test('a certificate that nobody vouches for is named as such', async () => {
    const { code, stdout } = await guardbee('doctor', { NODE_EXTRA_CA_CERTS: '' });
    assert.equal(code, 1);
    assert.match(stdout, /^wrong +encryption +the certificate is not accepted: /m);
  });

  test("curl takes the header as it is printed, and gsctl's token counts", async () => {
    const header = (await guardbee('token --header')).stdout.trim();
    const reply = await run(['whoami', '--json'], {
      env: { ...env, GSCTL_AUTH_TOKEN: header.replace('Authorization: giantswarm ', '') },
    });
    assert.equal(JSON.parse(reply.stdout).email, ADMIN.email);
    const child = spawn(
      'bash',
      [
        '--norc',
        '-euc',
        `curl -sf --cacert "$CA" -H "$(${process.execPath} ${GUARDBEE} token --header)" ${service.url}/v4/user/`,
      ],
      { env: { ...cleanEnvironment(), ...env, CA: String(env.NODE_EXTRA_CA_CERTS) } },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.equal(JSON.parse(output).email, ADMIN.email);
  });

  test('at a terminal login asks for the e-mail and the password; Ctrl-C ends it with 130', async () => {
    const { code, screen } = await atTerminal('login', [
      ['E-mail', `${ADMIN.email}\r`],
      ['Password of', `${ADMIN.password}\r`],
    ]);
    assert.equal(code, 0, screen);
    assert.match(screen, /Logged in as admin@example\.com/);
    assert.ok(!screen.includes(ADMIN.password));
    assert.equal((await atTerminal('login', [['E-mail', '\x03']])).code, 130);
    assert.equal(
      (
        await atTerminal('login', [
          ['E-mail', `${ADMIN.email}\r`],
          ['Password of', '\x03'],
        ])
      ).code,
      130,
    );
    assert.equal((await guardbee('login')).code, 2, 'without a terminal nobody is asked');
  });

  test('colours are for terminals, and not where they are not wanted', async () => {
    const red = '\x1b[31m';
    await guardbee(`login ${ADMIN.email} --password-stdin`, {}, 'wrong');
    assert.ok((await atTerminal('audit list', [])).screen.includes(red));
    assert.ok(!(await atTerminal('audit list', [], { NO_COLOR: '1' })).screen.includes(red));
    assert.ok(!(await guardbee('audit list')).stdout.includes(red));
    assert.ok((await guardbee('audit list', { FORCE_COLOR: '1' })).stdout.includes(red));
  });

  test('long work tells how far it is, at a terminal and nowhere else', async () => {
    const file = join(folder.path, 'accounts.ndjson');
    const hash = '$2b$10$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';
    const lines = Array.from({ length: 1_000 }, (_, n) =>
      JSON.stringify({ email: `u${n}@example.com`, password_hash: hash }),
    );
    writeFileSync(file, lines.join('\n'));
    const line = (name: string) => `users import ${file} --offline --data-dir ${join(folder.path, name)}`;
    const told = /line \d+ …/;
    const { code, screen } = await atTerminal(line('shown'), []);
    assert.equal(code, 0, screen);
    assert.match(screen, told);
    // Each is wiped out by what follows: the summary stands alone.
    assert.doesNotMatch(String(screen.split('\r\x1b[K').at(-1)), told);
    const piped = await guardbee(line('piped'));
    assert.equal(piped.code, 0);
    assert.doesNotMatch(piped.stdout + piped.stderr, told);
  });

  test('what somebody else called their token does not reach the terminal', async () => {
    const body = { email: ADMIN.email, password_base64: Buffer.from(ADMIN.password).toString('base64') };
    const evil = { ...env, GUARDBEE_NO_CMDLINE: '1' };
    const script = `await fetch(process.argv[1] + '/v4/auth-tokens/', { method: 'POST', body: process.argv[2],
      headers: { 'User-Agent': 'x\\x9b2J\\x9downed', 'X-Giant-Swarm-CmdLine': 'gsctl \\x9b31m' } });`;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, service.url, JSON.stringify(body)],
      {
        env: { ...cleanEnvironment(), ...evil },
      },
    );
    await once(child, 'close');
    const [event] = JSON.parse(
      (await guardbee('audit list --event login.succeeded --limit 1 --json')).stdout,
    );
    assert.match(event.personal.user_agent, /\x9b/, 'the service keeps it as it came');
    for (const line of [`trace ${event.request_id}`, 'audit list --json', 'audit export']) {
      const { screen } = await atTerminal(line, []);
      assert.doesNotMatch(screen, /[\x80-\x9f]/, line);
      assert.ok(screen.includes('\\u009b'), line);
    }
  });

  /** script(1) gives the command a terminal of its own; each answer is typed when its question stands there. */
  async function atTerminal(
    line: string,
    answers: [string, string][],
    more: Record<string, string> = {},
  ): Promise<{ code: number; screen: string }> {
    const child = spawn('script', ['-qec', `${process.execPath} ${GUARDBEE} ${line}`, '/dev/null'], {
      env: { ...cleanEnvironment(), ...env, ...more, TERM: 'xterm' },
    });
    let screen = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk) => {
      screen += chunk;
      const [next] = answers;
      if (next === undefined || !screen.includes(next[0])) return;
      answers.shift();
      child.stdin.write(next[1]);
    });
    const [code] = await once(child, 'close');
    return { code, screen };
  }
});
