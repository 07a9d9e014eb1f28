import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  ADMIN,
  cleanEnvironment,
  GUARDBEE,
  type RunningService,
  serve,
  temporaryFolder,
} from './guardbee.ts';

const UNLOCKED = 'printf pw | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1;';

/** Why there is no keyring to test with; undefined when one takes a secret and gives it back. */
function whyNoKeyring(): string | undefined {
  const commands = ['dbus-run-session', 'gnome-keyring-daemon', 'secret-tool'];
  const missing = commands.filter((command) => spawnSync('which', [command]).status !== 0);
  if (missing.length > 0) return `not installed here: ${missing.join(', ')}`;
  using home = temporaryFolder();
  mkdirSync(join(home.path, '.cache'));
  const tried = spawnSync(
    'dbus-run-session',
    ['--', 'bash', '-c', `${UNLOCKED} printf kept | secret-tool store --label=x a b; secret-tool lookup a b`],
    {
      env: { ...cleanEnvironment(), HOME: home.path, XDG_DATA_HOME: home.path },
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  return tried.stdout.includes('kept') ? undefined : 'no keyring starts here';
}

/** A real GNOME Keyring on a session bus of its own. */
suite('tokens in the system’s keyring', {
  skip: whyNoKeyring() ?? false,
}, () => {
  const folder = temporaryFolder();
  const config = join(folder.path, 'config');
  const credentials = (): string => readFileSync(join(config, 'credentials.json'), 'utf8');
  let service: RunningService;

  before(async () => {
    service = await serve(join(folder.path, 'data'));
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  /** Runs lines of bash on a bus of their own, where `guardbee` is the command. */
  async function inSession(
    script: string,
    home: string,
  ): Promise<{ code: number; out: string; err: string }> {
    mkdirSync(join(folder.path, home, '.cache'), { recursive: true });
    const command = `guardbee() { "$NODE" "$GUARDBEE_BIN" "$@"; }; ${script}`;
    const child = spawn('dbus-run-session', ['--', 'bash', '-euc', command], {
      env: {
        ...cleanEnvironment(),
        HOME: join(folder.path, home),
        XDG_DATA_HOME: join(folder.path, home),
        NODE: process.execPath,
        GUARDBEE_BIN: GUARDBEE,
        GUARDBEE_CONFIG_DIR: config,
        GSCTL_ENDPOINT: service.url,
        PASSWORD: ADMIN.password,
        EMAIL: ADMIN.email,
      },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    const [code] = await once(child, 'close');
    return { code, out, err };
  }

  const LOGIN = 'guardbee login "$EMAIL" --password-stdin <<< "$PASSWORD" > /dev/null;';
  const KEPT = `secret-tool search service guardbee 2> /dev/null | grep -c '^secret = guardbee_' || true;`;

  test('a login keeps it there and not in the file; commands find it; a logout forgets it', async () => {
    const script = `${UNLOCKED} ${LOGIN} cat "$GUARDBEE_CONFIG_DIR/credentials.json"; ${KEPT} guardbee whoami --json;
      guardbee logout > /dev/null; ${KEPT} guardbee whoami || echo "exit $?"`;
    const { code, out, err } = await inSession(script, 'unlocked');
    assert.equal(code, 0, err);
    assert.match(out, /"inKeyring": true/, err);
    assert.doesNotMatch(out, /guardbee_/);
    const [kept, who, after, exit] = out
      .slice(out.lastIndexOf('\n}\n') + 3)
      .trim()
      .split('\n');
    assert.deepEqual([kept, after, exit], ['1', '0', 'exit 3'], out);
    assert.equal(JSON.parse(String(who)).email, ADMIN.email);
    assert.match(err, /You are not logged in/);
  });

  test('where it does not open, the token is kept in the file, which is said; and none is read as logged out', async () => {
    const { code, out, err } = await inSession(`${LOGIN} guardbee whoami --json`, 'locked');
    assert.equal(code, 0, err);
    assert.match(err, /The keyring does not take the token \(.*\): it is kept in /);
    assert.equal(JSON.parse(String(out.trim().split('\n').at(-1))).email, ADMIN.email);
    assert.match(credentials(), /"token": "guardbee_/);
    // Kept in a keyring, which is closed the next time.
    assert.equal((await inSession(`${UNLOCKED} ${LOGIN}`, 'closed')).code, 0);
    assert.doesNotMatch(credentials(), /guardbee_/);
    const closed = await inSession('guardbee whoami', 'closed');
    assert.equal(closed.code, 1, closed.out);
    assert.match(closed.err, /The keyring does not give the token of admin@example\.com/);
    assert.match(
      (await inSession('guardbee doctor', 'closed')).out,
      /^warning +session +The keyring does not give/m,
    );
    // A logout forgets it whatever the keyring does, and says that the service could not be told.
    const logout = await inSession('guardbee logout --all', 'closed');
    assert.notEqual(logout.code, 0);
    assert.match(logout.err, /forgotten here, but the service could not end it/);
    assert.doesNotMatch(credentials(), /inKeyring/);
  });

  test('GUARDBEE_KEYRING=off keeps it in the file', async () => {
    const { code, err } = await inSession(`${UNLOCKED} export GUARDBEE_KEYRING=off; ${LOGIN}`, 'off');
    assert.equal(code, 0, err);
    assert.match(credentials(), /"token": "guardbee_/);
  });
});
