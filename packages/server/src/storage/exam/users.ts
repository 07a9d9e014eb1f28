import assert from 'node:assert/strict';
import { fact, type OpenRoom } from './room.ts';
import { act, addAdmin, addToken, addUser, now, sampleUser } from './samples.ts';

export function examineUsers(open: OpenRoom): void {
  fact('a user comes back as it went in, by id and by canonical e-mail', open, async (store) => {
    for (const fields of [
      {},
      { admin: true },
      { disabled: true },
      { expiry: now + 5 },
      { expiry: 0, created: 0 },
      { expiry: -1 },
      { expiry: Number.MAX_SAFE_INTEGER },
    ]) {
      const user = await addUser(store, fields);
      assert.deepEqual(await store.findUser(user.id), user);
      assert.deepEqual(await store.findUserByEmail(user.canonicalEmail), user);
    }
  });

  fact(
    'e-mails are found to any number of ids at once, and none to those that nobody has',
    open,
    async (store) => {
      const users = [
        await addUser(store, { email: 'Jane@Example.org' }),
        await addUser(store),
        await addUser(store),
      ];
      const emails = new Map(users.map(({ id, email }) => [id, email]));
      const nobody = Array.from({ length: 20_000 }, (_, n) => `nobody ${n}`);
      assert.deepEqual(
        await store.findEmails([...nobody, 'a\0b', '\ud800', '{"', ...emails.keys(), ...emails.keys()]),
        emails,
      );
      assert.deepEqual(await store.findEmails([]), new Map());
    },
  );

  fact('a missing user is undefined', open, async (store) => {
    assert.equal(await store.findUser('nobody'), undefined);
    assert.equal(await store.findUser(''), undefined);
    assert.equal(await store.findUserByEmail('nobody@example.org'), undefined);
  });

  fact('users are found by the exact canonical e-mail only', open, async (store) => {
    await addUser(store, { email: 'A@x.org', canonicalEmail: 'a@x.org' });
    for (const other of ['A@x.org', 'a@x.org ', 'a@x.or', '%', 'a@x_org', 'á@x.org', 'a@x.org\0']) {
      assert.equal(await store.findUserByEmail(other), undefined, JSON.stringify(other));
    }
  });

  fact('the first user is created once', open, async (store) => {
    const first = sampleUser({ admin: true });
    assert.equal(await store.createFirstUser(first, act), 'created');
    assert.equal(await store.createFirstUser(sampleUser(), act), 'not_first');
    assert.deepEqual(await store.listUsers({ after: '', limit: 10 }), [first]);
  });

  fact('an e-mail that is taken is not given a second time', open, async (store) => {
    const user = await addUser(store);
    const rival = sampleUser({ canonicalEmail: user.canonicalEmail });
    assert.equal(await store.createUser(rival, act), 'email_taken');
    assert.equal(await store.findUser(rival.id), undefined);
    assert.deepEqual(await store.findUserByEmail(user.canonicalEmail), user);
  });

  fact('an id that is taken is a defect and changes nobody', open, async (store) => {
    const user = await addUser(store);
    await assert.rejects(store.createUser(sampleUser({ id: user.id }), act), { name: /^(?!StoreUnavail)/ });
    assert.deepEqual(await store.listUsers({ after: '', limit: 10 }), [user]);
  });

  fact("users are listed in the order of their e-mail's bytes, page by page", open, async (store) => {
    // By UTF-16 code units, U+FF61 would come behind U+1F600.
    const inOrder = ['A', 'Z', 'a', 'aa', 'b', 'z', 'é', '\u{ff61}', '\u{1f600}'];
    for (const canonicalEmail of inOrder.toReversed()) await addUser(store, { canonicalEmail });
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = await store.listUsers({ after, limit: 2 });
      assert.ok(page.length <= 2);
      seen.push(...page.map((user) => user.canonicalEmail));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.canonicalEmail;
    }
    assert.deepEqual(seen, inOrder);
  });

  fact('a page outside 1 to 1000 is a defect', open, async (store) => {
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      await assert.rejects(store.listUsers({ after: '', limit }), RangeError, String(limit));
    }
    assert.deepEqual(await store.listUsers({ after: '', limit: 1000 }), []);
  });

  fact('what is named in a change is changed, the rest stays', open, async (store) => {
    await addAdmin(store);
    const user = await addUser(store);
    const renamed = { ...user, email: 'New@x.org', canonicalEmail: 'new@x.org' };
    const email = { email: 'New@x.org', canonicalEmail: 'new@x.org' };
    assert.deepEqual(await store.modifyUser(user.id, { email }, act), renamed);
    assert.deepEqual(await store.findUserByEmail('new@x.org'), renamed);
    assert.equal(await store.findUserByEmail(user.canonicalEmail), undefined);
    const admin = { ...renamed, admin: true };
    assert.deepEqual(await store.modifyUser(user.id, { admin: true }, act), admin);
    const expiring = { ...admin, expiry: now + 9 };
    assert.deepEqual(await store.modifyUser(user.id, { expiry: now + 9 }, act), expiring);
    assert.deepEqual(await store.modifyUser(user.id, {}, act), expiring);
    assert.deepEqual(await store.modifyUser(user.id, { expiry: null }, act), admin);
    const disabled = { ...admin, disabled: true };
    assert.deepEqual(await store.modifyUser(user.id, { disabled: true }, act), disabled);
    assert.deepEqual(await store.findUser(user.id), disabled);
  });

  fact('groups come back exactly as they were given, and are changed as a whole', open, async (store) => {
    const lists = [
      [],
      ['a'],
      [
        'a b',
        'a:b',
        'a/b',
        'a,b',
        'a"b',
        "a'b",
        'a\\b',
        '[]',
        'null',
        '\u{1f600}',
        'é',
        'e\u0301',
        '',
      ].sort(),
      Array.from({ length: 300 }, (_, n) => `group ${String(n).padStart(3, '0')}`),
    ];
    for (const groups of lists) {
      const user = await addUser(store, { groups });
      assert.deepEqual(await store.findUser(user.id), user);
      assert.deepEqual(await store.findUserByEmail(user.canonicalEmail), user);
      const token = await addToken(store, user);
      assert.deepEqual((await store.findToken([token.digest]))?.user, user);
      assert.deepEqual((await store.findTokenById(token.id))?.user, user);
      for (const changed of lists) {
        const after = { ...user, groups: changed };
        assert.deepEqual(await store.modifyUser(user.id, { groups: changed }, act), after);
        assert.deepEqual(await store.modifyUser(user.id, {}, act), after);
        assert.deepEqual(await store.findUser(user.id), after);
      }
    }
  });

  fact('a rename to a taken e-mail changes nothing; one to its own is no clash', open, async (store) => {
    const user = await addUser(store);
    const other = await addUser(store);
    const taken = { email: 'x', canonicalEmail: other.canonicalEmail };
    assert.equal(await store.modifyUser(user.id, { email: taken, disabled: true }, act), 'email_taken');
    assert.deepEqual(await store.findUser(user.id), user);
    const own = { email: 'Other spelling', canonicalEmail: user.canonicalEmail };
    assert.deepEqual(await store.modifyUser(user.id, { email: own }, act), { ...user, ...own });
  });

  fact('changes and removals of a missing user are told as such', open, async (store) => {
    assert.equal(await store.modifyUser('nobody', { admin: true }, act), 'not_found');
    assert.equal(await store.deleteUser('nobody', act), 'not_found');
    const user = await addUser(store);
    assert.equal(await store.deleteUser(user.id, act), 'deleted');
    assert.equal(await store.deleteUser(user.id, act), 'not_found');
    assert.equal(await store.findUser(user.id), undefined);
    assert.equal(await store.createUser(sampleUser({ canonicalEmail: user.canonicalEmail }), act), 'created');
  });

  fact('the last able administrator stays one', open, async (store) => {
    const last = await addAdmin(store);
    // None of these can hold the keys.
    await addUser(store);
    await addUser(store, { admin: true, disabled: true });
    await addUser(store, { admin: true, expiry: now + 1_000_000 });
    for (const change of [{ admin: false }, { disabled: true }, { expiry: now - 1 }, { expiry: now + 1 }]) {
      assert.equal(
        await store.modifyUser(last.id, change, act),
        'last_administrator',
        JSON.stringify(change),
      );
    }
    assert.equal(await store.deleteUser(last.id, act), 'last_administrator');
    assert.deepEqual(await store.findUser(last.id), last);

    const second = await addAdmin(store);
    assert.equal(await store.deleteUser(last.id, act), 'deleted');
    assert.equal(await store.deleteUser(second.id, act), 'last_administrator');
  });

  fact('what does not touch the last administrator is not refused', open, async (store) => {
    // An ordinary user, in a database that has no able administrator at all.
    const user = await addUser(store);
    assert.notEqual(typeof (await store.modifyUser(user.id, { disabled: true }, act)), 'string');
    const admin = await addAdmin(store);
    assert.notEqual(typeof (await store.modifyUser(admin.id, { expiry: null, admin: true }, act)), 'string');
    assert.equal(await store.deleteUser(user.id, act), 'deleted');
  });
}
