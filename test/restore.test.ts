import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { AuthTokensApi, UsersApi } from 'giantswarm';
import { ADMIN, base64, type RunningService, run, serve, temporaryFolder } from './guardbee.ts';
import { clientOf, logIn } from './support/tokens.ts';

const JANE = { email: 'jane@example.com', password: 'a heron stands in the shallows' };
const OMAR = { email: 'omar@example.com', password: 'seven bridges over cold water' };
const NEW_PASSWORD = 'lanterns along the harbour wall';

const logOut = (service: RunningService, token: string) =>
  new AuthTokensApi(clientOf(service, token)).deleteAuthToken();

async function ask(
  service: RunningService,
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<number> {
  const reply = await fetch(service.url + path, {
    method,
    headers: { authorization: `giantswarm ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await reply.text();
  return reply.status;
}

const verify = (service: RunningService, token: string): Promise<number> =>
  ask(service, 'GET', '/v4/user/', token);

async function createUser(service: RunningService, admin: string, { email, password } = JANE): Promise<void> {
  await new UsersApi(clientOf(service, admin)).createUser(email, { password: base64(password) });
}

/** Where everything of one installation lies. */
function placesIn(folder: string) {
  const data = join(folder, 'data');
  return {
    data,
    keys: join(folder, 'keys'),
    backup: join(folder, 'backup.db'),
    database: join(data, 'guardbee.db'),
    env: { GUARDBEE_KEYS_DIR: join(folder, 'keys') },
  };
}

/** The start is refused, with the choices. */
async function assertRefused(start: Promise<RunningService>): Promise<void> {
  await assert.rejects(start, (error: Error) => {
    assert.match(error.message, /ended with 78/);
    assert.match(error.message, /--after-restore=revoke-all.*--after-restore=replay/);
    return true;
  });
}

describe('guardbee backup and restore', () => {
  test('a backup is taken while tokens come and go, is whole, for its owner alone, and replaces nothing unasked', async () => {
    using folder = temporaryFolder();
    const { data, keys, backup, env } = placesIn(folder.path);
    const service = await serve(data, env);
    let isOn = true;
    const traffic = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (isOn) await logOut(service, await logIn(service));
      }),
    );
    const before = await logIn(service);
    const saved = await run(['backup', backup, '--data-dir', data, '--json'], { env });
    assert.equal(saved.code, 0, saved.stderr);
    const { users, last_event: lastEvent } = JSON.parse(saved.stdout);
    assert.deepEqual([users, lastEvent > 2], [1, true]);
    assert.equal(statSync(backup).mode & 0o777, 0o600);
    isOn = false;
    await traffic;

    const content = readFileSync(backup);
    const again = await run(['backup', backup, '--data-dir', data], { env });
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is there already/);
    assert.deepEqual(readFileSync(backup), content);
    assert.equal((await run(['backup', backup, '--data-dir', data, '--force'], { env })).code, 0);
    assert.deepEqual(
      readdirSync(folder.path).sort(),
      ['backup.db', 'data', 'keys'],
      'nothing half-done is left',
    );
    assert.equal(await service.stop(), 0);

    // With the keys alone, on another machine: what was acknowledged before the backup is in it.
    const elsewhere = join(folder.path, 'elsewhere');
    const keysAlone = join(folder.path, 'keys-alone');
    const restored = await run(['restore', backup, '--data-dir', elsewhere], {
      env: { GUARDBEE_KEYS_DIR: keys, GUARDBEE_ANCHOR_FILE: join(keysAlone, 'anchor') },
    });
    assert.equal(restored.code, 0, restored.stderr);
    const there = await serve(elsewhere, { ...env, GUARDBEE_ANCHOR_FILE: join(keysAlone, 'anchor') });
    assert.equal(await verify(there, before), 200);
    assert.equal(await there.stop(), 0);
    const audit = await run(['audit', 'verify', '--offline', '--data-dir', elsewhere], { env });
    assert.equal(audit.code, 0, audit.stderr);
  });

  test('what is not a whole backup of these keys is refused, and the database stays', async () => {
    using folder = temporaryFolder();
    const { data, backup, database, env } = placesIn(folder.path);
    const service = await serve(data, env);
    const token = await logIn(service);
    await guardbeeBackup(backup, data, env);
    const refused = await run(['restore', backup, '--data-dir', data], { env });
    assert.match(refused.stderr, /in use by another Guardbee/);
    assert.equal(await service.stop(), 0);

    const content = readFileSync(database);
    const damaged = join(folder.path, 'damaged.db');
    const bytes = readFileSync(backup);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 4096);
    writeFileSync(damaged, bytes);
    writeFileSync(join(folder.path, 'short.db'), bytes.subarray(0, 20_000));
    writeFileSync(join(folder.path, 'text.db'), 'not a database');
    for (const name of ['damaged.db', 'short.db', 'text.db', 'missing.db']) {
      const { code, stderr } = await run(['restore', join(folder.path, name), '--data-dir', data], { env });
      assert.deepEqual([name, code], [name, 1]);
      assert.match(stderr, /damaged|not a|no file|malformed/);
    }
    const strange = { GUARDBEE_KEYS_DIR: join(folder.path, 'other-keys') };
    assert.match(
      (await run(['restore', backup, '--data-dir', data], { env: strange })).stderr,
      /no digest keys/,
    );
    const other = {
      GUARDBEE_DIGEST_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      GUARDBEE_KEYS_DIR: join(folder.path, 'other-keys'),
    };
    assert.match(
      (await run(['restore', backup, '--data-dir', data], { env: other })).stderr,
      /not the one this database was written with/,
    );
    assert.deepEqual(readFileSync(database), content);
    const again = await serve(data, env);
    assert.equal(await verify(again, token), 200);
    assert.equal(await again.stop(), 0);
  });

  test('with PostgreSQL both say what to use instead', async () => {
    using folder = temporaryFolder();
    const env = { GUARDBEE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
    for (const command of ['backup', 'restore']) {
      const { code, stderr } = await run([command, join(folder.path, 'x.db')], { env });
      assert.equal(code, 1);
      assert.match(stderr, /pg_dump/);
    }
  });
});

async function guardbeeBackup(file: string, data: string, env: Record<string, string>): Promise<void> {
  const { code, stderr } = await run(['backup', file, '--data-dir', data], { env });
  assert.equal(code, 0, stderr);
}

/** A backup, and then everything that must not be undone by it. */
async function liveOn(folder: string) {
  const places = placesIn(folder);
  const service = await serve(places.data, places.env);
  const admin = await logIn(service);
  await createUser(service, admin, JANE);
  await createUser(service, admin, OMAR);
  const tokens = {
    admin,
    loggedOut: await logIn(service),
    jane: await logIn(service, JANE),
    omar: await logIn(service, OMAR),
  };
  await guardbeeBackup(places.backup, places.data, places.env);
  const jane = `/v4/users/${encodeURIComponent(JANE.email)}/`;
  await logOut(service, tokens.loggedOut);
  assert.equal(
    await ask(service, 'POST', `${jane}password/`, admin, { new_password_base64: base64(NEW_PASSWORD) }),
    202,
  );
  assert.equal(await ask(service, 'DELETE', `/v4/users/${encodeURIComponent(OMAR.email)}/`, admin), 200);
  const later = await logIn(service, { ...JANE, password: NEW_PASSWORD });
  assert.equal(await service.stop('SIGKILL'), 'SIGKILL');
  return { ...places, tokens, later };
}

const attempt = (service: RunningService, who: typeof JANE): Promise<string> =>
  logIn(service, who).then(
    () => 'in',
    (error: { status: number }) => String(error.status),
  );

/** At the machine it can be looked at, and is told to be older; nothing is written. */
async function assertReadOnlyOffline(data: string, env: Record<string, string>): Promise<void> {
  // With a key that the database doesn't know yet, which otherwise leaves an event.
  const known = readFileSync(join(String(env.GUARDBEE_KEYS_DIR), 'digest-keys'), 'utf8').trim();
  const keys = `${known},new:${Buffer.alloc(32, 7).toString('base64')}`;
  const offline = (line: string, input = '') =>
    run([...line.split(' '), '--data-dir', data], { env: { ...env, GUARDBEE_DIGEST_KEYS: keys }, input });
  const before = await offline('audit export --offline');
  assert.match(before.stdout, /omar@example\.com/);
  assert.doesNotMatch(before.stdout, /"keys\.added".*"new"/);
  for (const line of [
    'users create eve@example.com --offline --admin --password-stdin',
    'users set-password jane@example.com --offline --password-stdin',
    'users disable jane@example.com --offline',
    'users delete omar@example.com --offline',
    'users erase omar@example.com --offline --yes',
    'users unlock jane@example.com --offline',
    'keys retire new',
  ]) {
    const { code, stderr } = await offline(line, NEW_PASSWORD);
    assert.equal(code, 78, `${line}: ${stderr}`);
    assert.match(stderr, /older than its anchor .*--after-restore=revoke-all.*--after-restore=replay/);
  }
  assert.equal((await offline('audit export --offline')).stdout, before.stdout);
  const { code, stdout } = await run(['audit', 'verify', '--offline', '--json', '--data-dir', data], { env });
  assert.equal(code, 1);
  const [{ faults, lastN }] = JSON.parse(stdout).chains;
  assert.deepEqual(
    faults.map(({ fault }: { fault: string }) => fault),
    ['rolled_back'],
  );
  assert.match(faults[0].message, new RegExp(`had come to event \\d+ already, and ends at ${lastN}:`));
}

describe('a database that is older than its anchor', () => {
  test('is refused without a choice, and with replay what had been taken away stays away and the rest lives on', async () => {
    using folder = temporaryFolder();
    const { data, backup, env, tokens, later } = await liveOn(folder.path);
    const restored = await run(['restore', backup, '--data-dir', data], { env });
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /older than its anchor/);
    await assertRefused(serve(data, env));
    await assertReadOnlyOffline(data, env);
    await assertRefused(serve(data, env));
    await assert.rejects(serve(data, env, ['--after-restore=maybe']), /ended with 78.*revoke-all, replay/s);

    const service = await serve(data, env, ['--after-restore=replay']);
    const { admin, loggedOut, jane, omar } = tokens;
    assert.deepEqual(
      await Promise.all([admin, loggedOut, jane, omar, later].map((token) => verify(service, token))),
      [200, 401, 401, 401, 401],
    );
    assert.equal(await attempt(service, JANE), '401', 'the old password is of no use');
    assert.equal(await attempt(service, OMAR), '401', 'a removed user stays removed');
    const users = await new UsersApi(clientOf(service, admin)).getUsers();
    assert.deepEqual(users.map(({ email }) => email).sort(), [ADMIN.email, JANE.email]);
    assert.equal(await service.stop(), 0);

    const again = await serve(data, env);
    assert.equal(await verify(again, admin), 200);
    assert.equal(await again.stop(), 0);
    const exported = await run(['audit', 'export', '--offline', '--data-dir', data], { env });
    assert.match(exported.stdout, /"database.restored".*"choice":"replay"/);
    assert.equal((await run(['audit', 'verify', '--offline', '--data-dir', data], { env })).code, 0);
  });

  test('with revoke-all no token lives on, and what is back is told', async () => {
    using folder = temporaryFolder();
    const { data, backup, env, tokens } = await liveOn(folder.path);
    const restored = await run(['restore', backup, '--data-dir', data, '--after-restore=revoke-all'], {
      env,
    });
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /^4 tokens were ended/m);
    assert.match(restored.stdout, /Removed since, and back now.*omar@example\.com/);
    assert.match(restored.stdout, /passwords had been changed since/);
    const service = await serve(data, env);
    for (const token of Object.values(tokens)) assert.equal(await verify(service, token), 401);
    assert.equal(await attempt(service, ADMIN), 'in');
    assert.equal(await service.stop(), 0);
    const exported = await run(['audit', 'export', '--offline', '--data-dir', data], { env });
    assert.match(exported.stdout, /"tokens.revoked".*"cause":"restored"/);
    assert.match(exported.stdout, /"database.restored".*"choice":"revoke-all".*"tokens_ended":4/);
  });

  test('is noticed however it came: the file copied by hand, a new database, the end of the audit trail cut off', async () => {
    using folder = temporaryFolder();
    const { data, database, env } = placesIn(folder.path);
    const first = await serve(data, env);
    const token = await logIn(first);
    assert.equal(await first.stop(), 0);
    const copy = join(folder.path, 'copy.db');
    copyFileSync(database, copy);
    const second = await serve(data, env);
    await logOut(second, token);
    assert.equal(await second.stop('SIGKILL'), 'SIGKILL');

    const now = join(folder.path, 'now.db');
    await guardbeeBackup(now, data, env);
    const put = (file: string): void => {
      copyFileSync(file, database);
      for (const log of [`${database}-wal`, `${database}-shm`]) if (existsSync(log)) writeFileSync(log, '');
    };
    put(copy);
    await assertRefused(serve(data, env));
    // Acts at the machine would carry it past its anchor, with events that nobody looks for there.
    const add = ['users', 'create', 'eve@example.com', '--offline', '--data-dir', data, '--password-stdin'];
    const added = await run(add, { env, input: JANE.password });
    assert.equal(added.code, 78, added.stderr);
    await assertRefused(serve(data, env));

    put(now);
    const cut = new DatabaseSync(database);
    const { n } = cut.prepare('SELECT max(n) AS n FROM audit_events').get() as { n: number };
    cut.exec(`DELETE FROM audit_events WHERE n = ${n}`);
    cut.close();
    await assertRefused(serve(data, env));

    put(now);
    const fine = await serve(data, env);
    assert.equal(await fine.stop(), 0);
    writeFileSync(database, '');
    for (const rest of [database, `${database}-wal`, `${database}-shm`]) rmSync(rest, { force: true });
    await assertRefused(serve(data, env));
  });

  test('an act at the machine, done while no service runs, is in the anchor too', async () => {
    using folder = temporaryFolder();
    const { data, backup, env } = placesIn(folder.path);
    const service = await serve(data, env);
    await createUser(service, await logIn(service));
    assert.equal(await service.stop(), 0);
    await guardbeeBackup(backup, data, env);
    const removed = await run(['users', 'delete', JANE.email, '--offline', '--data-dir', data], {
      env,
    });
    assert.equal(removed.code, 0, removed.stderr);
    assert.equal((await run(['restore', backup, '--data-dir', data], { env })).code, 0);
    await assertRefused(serve(data, env));
    const again = await serve(data, env, ['--after-restore=replay']);
    assert.equal(await attempt(again, JANE), '401');
    assert.equal(await again.stop(), 0);
  });

  test('kill -9 in front of each step of a restore: there is the database from before, or the backup, and never a mixture', async () => {
    using folder = temporaryFolder();
    const { data, backup, database, env, tokens } = await liveOn(folder.path);
    const now = join(folder.path, 'now.db');
    await guardbeeBackup(now, data, env);
    const outcomes: string[] = [];
    for (let step = 0; outcomes.at(-1) !== 'finished'; step += 1) {
      for (const rest of ['-wal', '-shm']) rmSync(database + rest, { force: true });
      copyFileSync(now, database);
      // Something that is only in the log, as a service that died leaves it.
      const writer = new DatabaseSync(database);
      writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE in_the_log (n)');
      copyFileSync(`${database}-wal`, join(folder.path, 'log'));
      writer.close();
      copyFileSync(now, database);
      copyFileSync(join(folder.path, 'log'), `${database}-wal`);

      const { code, stderr } = await run(['restore', backup, '--data-dir', data], {
        env: {
          ...env,
          NODE_OPTIONS: `--import=${join(import.meta.dirname, 'kill-at.ts')}`,
          KILL_AT: String(step),
        },
      });
      assert.ok(code === 0 || code === null, stderr);
      const found = new DatabaseSync(database, { readOnly: true });
      const isNow =
        found.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'in_the_log'").get() !== undefined;
      const events = Number(found.prepare('SELECT max(n) AS n FROM audit_events').get()?.n);
      assert.equal(found.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
      found.close();
      const isBackup = events < 10;
      assert.notEqual(isNow, isBackup, 'neither the one nor the other');
      outcomes.push(code === 0 ? 'finished' : isNow ? 'before' : 'backup');
    }
    assert.ok(outcomes.filter((outcome) => outcome === 'before').length >= 5, outcomes.join());
    const order = ['before', 'backup', 'finished'];
    assert.deepEqual(
      outcomes,
      [...outcomes].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    );
    await assertRefused(serve(data, env));
    const service = await serve(data, env, ['--after-restore=replay']);
    assert.equal(await verify(service, tokens.admin), 200);
    assert.equal(await service.stop(), 0);
  });

  test('a damaged database is kept with its log, and the log is not played into the backup', async () => {
    using folder = temporaryFolder();
    const { data, backup, database, env, tokens } = await liveOn(folder.path);
    const writer = new DatabaseSync(database);
    // Not of the first page: SQLite would take that from the log, and find the file whole.
    writer.exec(
      "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; UPDATE users SET email = 'in the log'",
    );
    copyFileSync(`${database}-wal`, join(folder.path, 'log'));
    writer.close();
    const bytes = readFileSync(database);
    writeFileSync(database, Buffer.concat([Buffer.from('this is no file header'), bytes.subarray(22)]));
    copyFileSync(join(folder.path, 'log'), `${database}-wal`);
    const restored = await run(['restore', backup, '--data-dir', data, '--after-restore=replay'], { env });
    assert.equal(restored.code, 0, restored.stderr);
    const found = new DatabaseSync(database, { readOnly: true });
    assert.equal(found.prepare("SELECT 1 FROM users WHERE email = 'in the log'").get(), undefined);
    found.close();
    const kept = readdirSync(data).filter((name) => name.startsWith('guardbee.db-before-'));
    assert.deepEqual(kept.map((name) => name.endsWith('-wal')).sort(), [false, true]);
    const service = await serve(data, env);
    assert.equal(await verify(service, tokens.admin), 200);
    assert.equal(await service.stop(), 0);
  });

  const TRIALS = Number(process.env.GUARDBEE_TRIALS ?? 5);
  test(`a logout is in the anchor when it is answered, also when the service dies at that moment, ${TRIALS} times`, async () => {
    using folder = temporaryFolder();
    const { data, keys, env } = placesIn(folder.path);
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const service = await serve(data, { ...env, GUARDBEE_THROTTLE_SOURCE: '1000000' });
      const tokens = await Promise.all(Array.from({ length: 4 }, () => logIn(service)));
      await Promise.all(tokens.map((token) => logOut(service, token)));
      service.process.kill('SIGKILL');
      assert.equal(await service.stop('SIGKILL'), 'SIGKILL');
      const endings = readFileSync(join(keys, 'anchor'), 'utf8').match(/"token":/g)?.length ?? 0;
      assert.equal(endings, 4 * (trial + 1));
    }
  });
});
