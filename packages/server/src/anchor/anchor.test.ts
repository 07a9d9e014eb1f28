import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../config-sources.ts';
import { act, addAdmin, addToken, addUser, endCause, isLiving, now } from '../storage/exam/samples.ts';
import type { TokenPolicy } from '../storage/records.ts';
import { openSqliteRoom, type SqliteRoom } from '../storage/sqlite/sqlite-room.test-support.ts';
import type { Store } from '../storage/store.ts';
import { AnchorFile } from './anchor-file.ts';
import { anchoredStore } from './anchored-store.ts';
import type { AfterRestore } from './choices.ts';
import { type Anchored, anchorOffline, openAnchor } from './open-anchor.ts';

const noPolicy = { maxAge: null, idleTimeout: null };

/** A database with its anchor, and a way back to an earlier state of it. */
async function openHarbour(policy: TokenPolicy = noPolicy) {
  const room = await openSqliteRoom();
  const anchorFile = join(room.folder, 'anchor');
  const anchor = (store: Store, afterRestore?: AfterRestore): Promise<Anchored> => {
    const config = { anchorFile, tokenPolicy: policy, afterRestore };
    const hashes = { hash: async () => '$nobody knows$' };
    return openAnchor({ store, hashes, config, now }, (error) => {
      throw error;
    });
  };
  const save = (): void => {
    copyFileSync(room.path, `${room.path}.saved`);
    copyFileSync(`${room.path}-wal`, `${room.path}.saved-wal`);
  };
  const openSaved = (): Promise<Store> => room.openAnother({ path: `${room.path}.saved` });
  return { room, anchorFile, anchor, save, openSaved, leave: () => room.leave() };
}

test('replay takes away again: tokens, users, passwords, rights, groups, expiry; and leaves the rest', async () => {
  const { room, anchor, save, openSaved, leave } = await openHarbour();
  const { store, stop } = await anchor(room.store);
  const admin = await addAdmin(store);
  const names = [
    'gone',
    'disabled',
    'password',
    'expired',
    'demoted',
    'groups',
    'renamed',
    'bystander',
    'back',
  ] as const;
  const users = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [
        name,
        await addUser(store, {
          admin: name === 'demoted',
          groups: name === 'groups' ? ['ops', 'staff'] : [],
        }),
      ]),
    ),
  ) as Record<(typeof names)[number], Awaited<ReturnType<typeof addUser>>>;
  const tokens = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await addToken(store, users[name], { expiry: null })]),
    ),
  ) as Record<(typeof names)[number], Awaited<ReturnType<typeof addToken>>>;
  const second = await addToken(store, users.bystander, { expiry: null });
  save();

  await store.deleteUser(users.gone.id, act);
  await store.eraseUser(users.gone.id, act);
  await store.modifyUser(users.disabled.id, { disabled: true }, act);
  await store.setPassword(users.password.id, { newHash: '$new$', keepTokenId: tokens.password.id }, act);
  await store.modifyUser(users.expired.id, { expiry: now - 5 }, act);
  await store.modifyUser(users.demoted.id, { admin: false }, act);
  await store.modifyUser(users.groups.id, { groups: ['staff'] }, act);
  const email = { email: 'Else@example.org', canonicalEmail: 'else@example.org' };
  await store.modifyUser(users.renamed.id, { email }, act);
  await store.modifyUser(users.back.id, { disabled: true }, act);
  await store.modifyUser(users.back.id, { disabled: false }, act);
  await store.endToken(second.id, 'logout', act);
  await addUser(store);
  await stop();

  const restored = await openSaved();
  await assert.rejects(anchor(restored), ConfigError);
  assert.ok(await isLiving(restored, second), 'the saved state has what was ended since');
  const again = await anchor(restored, 'replay');
  const living = await Promise.all(
    [...names.map((name) => tokens[name]), second].map((token) => isLiving(restored, token)),
  );
  assert.deepEqual(Object.fromEntries([...names, 'second'].map((name, n) => [name, living[n]])), {
    gone: false,
    disabled: false,
    password: false,
    expired: false,
    demoted: true,
    groups: true,
    renamed: false,
    bystander: true,
    back: false,
    second: false,
  });
  assert.equal(await endCause(restored, second), 'restored');
  assert.equal(await restored.findUser(users.gone.id), undefined);
  assert.equal((await restored.findUser(users.disabled.id))?.disabled, true);
  assert.equal((await restored.findUser(users.password.id))?.passwordHash, '$nobody knows$');
  assert.equal((await restored.findUser(users.expired.id))?.expiry, now - 5);
  assert.equal((await restored.findUser(users.demoted.id))?.admin, false);
  assert.deepEqual((await restored.findUser(users.groups.id))?.groups, ['staff']);
  assert.equal((await restored.findUser(users.renamed.id))?.disabled, true);
  assert.equal((await restored.findUser(users.back.id))?.disabled, false);
  assert.deepEqual(await restored.findUser(users.bystander.id), users.bystander);
  assert.deepEqual(await restored.findUser(admin.id), admin);
  const aboutGone = await restored.listAuditEvents({ subject: users.gone.id }, { before: null, limit: 10 });
  assert.ok(
    aboutGone.length > 2 && aboutGone.every(({ personal }) => personal === null),
    'what had been erased is erased again',
  );
  const { settled } = again;
  assert.deepEqual(
    [settled?.removedUsers, settled?.changedPasswords, settled?.changedEmails].map((list) =>
      list?.map(({ id }) => id),
    ),
    [[users.gone.id], [users.password.id], [users.renamed.id]],
  );
  assert.equal(settled?.lostUsers, 1);
  await again.stop();
  const third = await anchor(restored);
  assert.equal(third.settled, undefined);
  await third.stop();
  await leave();
});

test('what a policy had ended is ended again, though the policy is another one by now', async () => {
  const { room, anchor, save, openSaved, leave } = await openHarbour({ maxAge: 1000, idleTimeout: null });
  const { store, stop } = await anchor(room.store);
  const admin = await addAdmin(store);
  const old = await addToken(store, admin, { created: now - 900, expiry: null });
  const young = await addToken(store, admin, { created: now, expiry: null });
  save();
  assert.equal(
    await store.sweepTokens({ maxAge: 1000, idleTimeout: null }, { ...act, time: now + 200 }, 10),
    1,
  );
  await stop();
  const restored = await openSaved();
  await (await anchor(restored, 'replay')).stop();
  assert.deepEqual([await isLiving(restored, old), await isLiving(restored, young)], [false, true]);
  await leave();
});

test('a replay that would leave no administrator is refused before anything is done, and revoke-all is named', async () => {
  const { room, anchor, save, openSaved, leave } = await openHarbour();
  const { store, stop } = await anchor(room.store);
  const first = await addAdmin(store);
  const token = await addToken(store, first, { expiry: null });
  save();
  await addAdmin(store);
  await store.deleteUser(first.id, act);
  await stop();
  const restored = await openSaved();
  await assert.rejects(
    anchor(restored, 'replay'),
    /no administrator would be left.*--after-restore=revoke-all/s,
  );
  assert.ok(await isLiving(restored, token));
  await assert.rejects(anchor(restored), /older than its anchor/, 'and it still needs a choice');
  const { settled, stop: end } = await anchor(restored, 'revoke-all');
  assert.deepEqual(settled?.removedUsers, [{ id: first.id, email: first.email }]);
  assert.equal(await isLiving(restored, token), false);
  await end();
  await leave();
});

test('a replay that was interrupted, and acts on the restored database meanwhile, do not make it look settled', async () => {
  const { room, anchor, save, openSaved, leave } = await openHarbour();
  const { store, stop } = await anchor(room.store);
  const admin = await addAdmin(store);
  const token = await addToken(store, admin, { expiry: null });
  save();
  await store.endToken(token.id, 'logout', act);
  await addAdmin(store);
  await stop();
  const restored = await openSaved();
  // As many events as had been there, and more.
  for (let n = 0; n < 5; n += 1) await addUser(restored);
  await assert.rejects(anchor(restored), /is not the one that was there/);
  await (await anchor(restored, 'replay')).stop();
  assert.equal(await isLiving(restored, token), false);
  await leave();
});

test('two backups of two pasts: what was ended in either of them is ended again', async () => {
  const { room, anchor, save, openSaved, leave } = await openHarbour();
  const first = await anchor(room.store);
  const admin = await addAdmin(first.store);
  const [a, b] = [
    await addToken(first.store, admin, { expiry: null }),
    await addToken(first.store, admin, { expiry: null }),
  ];
  save();
  copyFileSync(`${room.path}.saved`, `${room.path}.kept`);
  copyFileSync(`${room.path}.saved-wal`, `${room.path}.kept-wal`);
  await first.store.endToken(a.id, 'logout', act);
  await first.stop();
  const second = await anchor(await openSaved(), 'replay');
  await second.store.endToken(b.id, 'logout', act);
  await second.stop();
  const third = await room.openAnother({ path: `${room.path}.kept` });
  await (await anchor(third, 'replay')).stop();
  assert.deepEqual([await isLiving(third, a), await isLiving(third, b)], [false, false]);
  await leave();
});

test('an anchor that has been shortened past the backup refuses to replay', async () => {
  const { room, anchor, anchorFile, save, openSaved, leave } = await openHarbour();
  const { store, stop } = await anchor(room.store);
  const admin = await addAdmin(store);
  await addToken(store, admin);
  save();
  const token = await addToken(store, admin, { expiry: null });
  await store.endToken(token.id, 'logout', act);
  const { heads } = await AnchorFile.open(anchorFile);
  await stop();
  const file = await AnchorFile.open(anchorFile, { most: 1000, kept: 300 });
  for (let n = 0; n < 40; n += 1) await file.note([{ token: `t_${n}` }], file.heads ?? heads ?? new Map());
  assert.ok(statSync(anchorFile).size < 1300);
  assert.ok(readFileSync(anchorFile, 'utf8').split('\n').length > 3);
  await file.close();
  const restored = await openSaved();
  await assert.rejects(anchor(restored), /older than its anchor/);
  await assert.rejects(anchor(restored, 'replay'), /does not reach back.*--after-restore=revoke-all/);
  const settled = await anchor(restored, 'revoke-all');
  assert.equal(settled.settled?.tokensEnded, 1);
  await settled.stop();
  await leave();
});

test('a line that a power cut has torn is passed over, and the next one is whole', async () => {
  const { room, anchor, anchorFile, leave } = await openHarbour();
  const first = await anchor(room.store);
  const admin = await addAdmin(first.store);
  const token = await addToken(first.store, admin, { expiry: null });
  await first.stop();
  appendFileSync(anchorFile, '{"token":"t_to');
  const second = await anchor(room.store);
  await second.store.endToken(token.id, 'logout', act);
  await second.stop();
  const file = await AnchorFile.open(anchorFile);
  const tokens = [...file.lines()].flatMap((line) =>
    'ending' in line && 'token' in line.ending ? [line.ending.token] : [],
  );
  assert.deepEqual(tokens, [token.id]);
  await file.close();
  await leave();
});

test('it holds no e-mail, password hash or digest, and is for its owner alone', async () => {
  const { room, anchor, anchorFile, leave } = await openHarbour();
  const { store, stop } = await anchor(room.store);
  const admin = await addAdmin(store);
  const token = await addToken(store, admin);
  await store.modifyUser(
    admin.id,
    { email: { email: 'X@example.org', canonicalEmail: 'x@example.org' } },
    act,
  );
  await store.setPassword(admin.id, { newHash: '$the new hash$' }, act);
  await stop();
  const text = readFileSync(anchorFile, 'utf8');
  for (const secret of [
    '@',
    '$',
    Buffer.from(token.digest).toString('hex'),
    Buffer.from(token.digest).toString('base64'),
  ]) {
    assert.ok(!text.includes(secret), secret);
  }
  assert.equal(statSync(anchorFile).mode & 0o777, 0o600);
  await leave();
});

test('a file that is no anchor is left alone, and ends the start with its setting', async () => {
  const { room, anchor, anchorFile, leave } = await openHarbour();
  writeFileSync(anchorFile, 'the only copy of a poem\n');
  await assert.rejects(anchor(room.store), /GUARDBEE_ANCHOR_FILE cannot be .* not an anchor/);
  assert.equal(readFileSync(anchorFile, 'utf8'), 'the only copy of a poem\n');
  await leave();
});

test('an ending is answered in bounded time though the anchor hangs, and not before the anchor has it when it does not', async () => {
  const room: SqliteRoom = await openSqliteRoom();
  const admin = await addAdmin(room.store);
  const [a, b] = [await addToken(room.store, admin), await addToken(room.store, admin)];
  let isNoted = false;
  const slow = anchoredStore(room.store, async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    isNoted = true;
  });
  await slow.endToken(a.id, 'logout', act);
  assert.ok(isNoted);
  const hanging = anchoredStore(room.store, () => new Promise(() => {}));
  const begin = performance.now();
  assert.equal(await hanging.endToken(b.id, 'logout', act), 'ended');
  const took = performance.now() - begin;
  assert.ok(took > 400 && took < 2_000, `${took} ms`);
  await room.leave();
});

test('what was done at the machine is noted when it is done, unless the database is older than its anchor', async () => {
  const { room, anchor, anchorFile, save, openSaved, leave } = await openHarbour();
  const { store, stop } = await anchor(room.store);
  const admin = await addAdmin(store);
  const token = await addToken(store, admin);
  await stop();
  save();
  const config = { anchorFile, tokenPolicy: noPolicy };
  const offline = await anchorOffline(room.store, config);
  offline.refuseOlder();
  await room.store.endToken(token.id, 'revoked', act);
  await offline.note();
  assert.match(readFileSync(anchorFile, 'utf8'), new RegExp(token.id));
  const restored = await openSaved();
  const older = await anchorOffline(restored, config);
  const words = /older than its anchor .*: its audit chain "main" ends at event 2, and had come to 3/;
  assert.throws(() => older.refuseOlder(), words);
  await addUser(restored);
  await older.note();
  await assert.rejects(anchor(restored), /older than its anchor/);
  await leave();
});
