import assert from 'node:assert/strict';
import type { AuditEvent, AuditValue } from '../audit-store.ts';
import type { Act, UserRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { allEvents, checkChains, eventsOf } from './chains.ts';
import { fact, type OpenRoom } from './room.ts';
import { addAdmin, addToken, addUser, now, sampleToken, sampleUser } from './samples.ts';

const origin = {
  ip: '203.0.113.77',
  userAgent: 'gsctl/0.24.1',
  activity: 'nightly',
  commandLine: 'gsctl login',
};
const asked: Act = {
  time: now + 5,
  actor: 'u_who',
  requestId: '0b0c6c5e-7f0e-4a57-9a0b-3c4a6de2a1f0',
  origin,
};
const said = {
  ip: origin.ip,
  user_agent: origin.userAgent,
  activity: origin.activity,
  command_line: origin.commandLine,
};
const email = { email: 'New@x.org', canonicalEmail: 'new@x.org' };

interface Expected {
  readonly event: AuditEvent['event'];
  readonly details: Record<string, AuditValue>;
  /** Beside what the origin says. */
  readonly personal?: Record<string, string>;
  readonly subject?: string | null;
}

/** What the events say, without when and where. */
function gist({ event, subject, details, personal }: AuditEvent) {
  return { event, subject, details, personal };
}

/** An act on a user who has an administrator beside them, and what it leaves. */
type Case = readonly [
  name: string,
  (store: Store, user: UserRecord, act: Act) => Promise<unknown>,
  (user: UserRecord) => Expected | undefined,
];

const changed: readonly Case[] = [
  [
    'modifyUser',
    (store, user, act) => store.modifyUser(user.id, { email, admin: true, groups: ['a'] }, act),
    (user) => ({
      event: 'user.modified',
      details: { fields: ['email', 'admin', 'groups'], admin: true, tokens_ended: 0 },
      personal: { email: 'New@x.org', email_before: user.email },
    }),
  ],
  [
    'modifyUser that ends tokens',
    async (store, user, act) => {
      await addToken(store, user);
      await store.modifyUser(user.id, { disabled: true, expiry: now + 60_000 }, act);
    },
    (user) => ({
      event: 'user.modified',
      details: {
        fields: ['expiry', 'disabled'],
        disabled: true,
        expiry: '2025-06-15T15:07:40Z',
        tokens_ended: 1,
      },
      personal: { email: user.email },
    }),
  ],
  [
    'deleteUser',
    async (store, user, act) => {
      await addToken(store, user);
      await store.deleteUser(user.id, act);
    },
    (user) => ({ event: 'user.deleted', details: { tokens_ended: 1 }, personal: { email: user.email } }),
  ],
  [
    'setPassword',
    (store, user, act) => store.setPassword(user.id, { newHash: 'new' }, act),
    () => ({ event: 'password.reset', details: { tokens_ended: 0 } }),
  ],
  [
    'setPassword by the user',
    async (store, user, act) => {
      const [kept] = [await addToken(store, user), await addToken(store, user)];
      await store.setPassword(user.id, { newHash: 'new', keepTokenId: kept.id }, { ...act, actor: user.id });
    },
    () => ({ event: 'password.changed', details: { tokens_ended: 1 } }),
  ],
  [
    'upgradePasswordHash',
    (store, user, act) => store.upgradePasswordHash(user.id, user.passwordHash, 'stronger', act),
    () => ({ event: 'password.rehashed', details: {} }),
  ],
  [
    'issueToken',
    (store, user, act) => {
      const token = sampleToken(user, { id: `of ${user.id}`, name: 'laptop', scopes: ['a', 'b'] });
      return store.issueToken({ ...token, expiry: now + 1500 }, user.passwordHash, act);
    },
    (user) => ({
      event: 'login.succeeded',
      details: { token_id: `of ${user.id}`, scopes: ['a', 'b'], expiry: '2025-06-15T15:06:41.500Z' },
      personal: { token_name: 'laptop' },
    }),
  ],
  [
    'issueToken that never expires',
    (store, user, act) =>
      store.issueToken(sampleToken(user, { id: `2 of ${user.id}`, expiry: null }), user.passwordHash, act),
    (user) => ({
      event: 'login.succeeded',
      details: { token_id: `2 of ${user.id}`, scopes: ['*'], expiry: null },
    }),
  ],
  [
    'endToken',
    async (store, user, act) => {
      await addToken(store, user, { id: `3 of ${user.id}`, name: 'phone' });
      await store.endToken(`3 of ${user.id}`, 'logout', act);
    },
    (user) => ({ event: 'token.revoked', details: { token_id: `3 of ${user.id}`, cause: 'logout' } }),
  ],
  [
    'endTokens',
    async (store, user, act) => {
      for (let n = 0; n < 3; n += 1) await addToken(store, user);
      await store.endTokens(user.id, { cause: 'revoked' }, act);
    },
    () => ({ event: 'tokens.revoked', details: { cause: 'revoked', count: 3 } }),
  ],
  [
    'sweepTokens',
    async (store, user, act) => {
      await addToken(store, user, { expiry: now });
      for (let n = 0; n < 2; n += 1) await addToken(store, user, { expiry: null, created: now - 99 });
      await store.sweepTokens({ maxAge: 50, idleTimeout: null }, act, 100);
    },
    () => ({ event: 'tokens.swept', details: { expired: 1, policy: 2 }, subject: null }),
  ],
  [
    'rememberDigestKeys',
    (store, user, act) => store.rememberDigestKeys(new Map([[user.id, new Uint8Array(3)]]), act),
    (user) => ({ event: 'keys.added', details: { key_ids: [user.id] }, subject: null }),
  ],
];

export function examineAudit(open: OpenRoom): void {
  fact(
    'every act leaves one event that names it, its subject, its actor and its request',
    open,
    async (store) => {
      await addAdmin(store);
      for (const [name, work, expect] of changed) {
        const user = await addUser(store);
        // What prepares the act has another request id.
        const events = (await eventsOf(store, () => work(store, user, asked))).filter(
          ({ requestId }) => requestId === asked.requestId,
        );
        const expected = expect(user);
        const [event] = events;
        assert.equal(events.length, 1, name);
        assert.equal(event?.time, asked.time, name);
        assert.equal(event?.actor, name.endsWith('by the user') ? user.id : asked.actor, name);
        const subject = expected?.subject === undefined ? user.id : null;
        const personal = { ...said, ...expected?.personal };
        assert.deepEqual(
          event && gist(event),
          { event: expected?.event, subject, details: expected?.details, personal },
          name,
        );
      }
      await checkChains(store);
    },
  );

  fact('a new user leaves an event, whichever way it came', open, async (store) => {
    for (const [make, event] of [
      ['createFirstUser', 'user.created'],
      ['createUser', 'user.created'],
      ['importUser', 'user.imported'],
    ] as const) {
      const user = sampleUser({ admin: event === 'user.created' });
      const events = await eventsOf(store, async () => {
        assert.equal(await store[make](user, asked), 'created');
      });
      assert.deepEqual(events.map(gist), [
        { event, subject: user.id, details: { admin: user.admin }, personal: { ...said, email: user.email } },
      ]);
      assert.deepEqual(await store.findUser(user.id), user);
    }
  });

  fact('where a database comes from leaves an event', open, async (store) => {
    const restored = { how: 'restored', choice: 'replay', reached: 9, found: 4, tokensEnded: 2 } as const;
    const events = await eventsOf(store, async () => {
      await store.recordProvenance(restored, { time: now, actor: null, requestId: null });
      await store.recordProvenance(
        { how: 'moved', from: 'sqlite' },
        { time: now + 1, actor: null, requestId: null },
      );
    });
    assert.deepEqual(events.map(gist).reverse(), [
      {
        event: 'database.restored',
        subject: null,
        details: { choice: 'replay', reached: 9, found: 4, tokens_ended: 2 },
        personal: null,
      },
      { event: 'database.moved', subject: null, details: { from: 'sqlite' }, personal: null },
    ]);
    await checkChains(store);
  });

  fact('outcomes that change nothing leave no event', open, async (store) => {
    const admin = await addAdmin(store);
    const user = await addUser(store);
    const token = await addToken(store, user);
    await store.rememberDigestKeys(new Map([['k1', new Uint8Array(1)]]), asked);
    const taken = { email: 'x', canonicalEmail: admin.canonicalEmail };
    const own = { email: user.email, canonicalEmail: user.canonicalEmail };
    const same = { email: own, admin: false, disabled: false, expiry: null, groups: [] };
    const nothing: (() => Promise<unknown>)[] = [
      () => store.createFirstUser(sampleUser(), asked),
      () => store.createUser(sampleUser({ canonicalEmail: user.canonicalEmail }), asked),
      () => store.importUser(sampleUser({ canonicalEmail: user.canonicalEmail }), asked),
      () => store.modifyUser(user.id, {}, asked),
      () => store.modifyUser(user.id, same, asked),
      () => store.modifyUser(user.id, { email: taken }, asked),
      () => store.modifyUser('nobody', { admin: true }, asked),
      () => store.modifyUser(admin.id, { admin: false }, asked),
      () => store.deleteUser(admin.id, asked),
      () => store.deleteUser('nobody', asked),
      () => store.setPassword('nobody', { newHash: 'x' }, asked),
      () => store.setPassword(user.id, { newHash: 'x', expectedHash: 'y' }, asked),
      () => store.upgradePasswordHash(user.id, 'y', 'x', asked),
      () => store.issueToken(sampleToken(user), 'another hash', asked),
      () => store.issueToken(sampleToken(user), user.passwordHash, asked, { most: 1, action: 'refuse' }),
      () => store.endToken('nothing', 'logout', asked),
      () => store.endTokens('nobody', { cause: 'revoked' }, asked),
      () => store.endTokens(user.id, { cause: 'revoked', exceptId: token.id }, asked),
      () => store.sweepTokens({ maxAge: null, idleTimeout: null }, { ...asked, time: now }, 10),
      () => store.rememberDigestKeys(new Map([['k1', new Uint8Array(1)]]), asked),
      () => store.pruneAuditEvents(now, asked, 100),
      () =>
        store.recordUses(new Map([[token.id, { time: now, ip: '::1', activity: null, userAgent: null }]])),
      () => store.forgetEndedTokens(now, 10),
      () => store.forgetTries(now, 10, 10),
    ];
    for (const work of nothing) assert.deepEqual(await eventsOf(store, work), [], String(work));
  });

  fact('what fails leaves no event, and what succeeds beside it does', open, async (store) => {
    const user = await addUser(store);
    const dead = await addToken(store, user, { expiry: now });
    // Makes room first, with an event, and fails then.
    const half = { most: 100, action: 'retire-oldest' } as const;
    const events = await eventsOf(store, async () => {
      const answers = Array.from({ length: 40 }, (_, n) => {
        const bad = n % 4 === 3 ? { ...asked, requestId: 'a\0b' } : asked;
        return n % 4 === 1
          ? store.issueToken(sampleToken(user, { name: '\ud800' }), user.passwordHash, asked, half)
          : store.issueToken(sampleToken(user), user.passwordHash, bad);
      });
      await Promise.allSettled(answers);
    });
    assert.deepEqual(
      events.map(({ event }) => event),
      Array(20).fill('login.succeeded'),
    );
    assert.notEqual(await store.findTokenById(dead.id), undefined);
    await checkChains(store);
  });

  fact('tokens that make room for a new one leave an event each, before the login', open, async (store) => {
    const user = await addUser(store);
    for (const [n, id] of ['c', 'b', 'a'].entries()) {
      await addToken(store, user, { id, created: now + n, expiry: null });
    }
    await addToken(store, user, { expiry: now });
    const login = sampleToken(user, { created: now + 9 });
    const events = await eventsOf(store, () =>
      store.issueToken(login, user.passwordHash, asked, { most: 2, action: 'retire-oldest' }),
    );
    assert.deepEqual(
      events
        .toReversed()
        .map(({ event, subject, details }) => [event, subject, details.token_id, details.cause]),
      [
        ['tokens.swept', user.id, undefined, undefined],
        ['token.revoked', user.id, 'c', 'limit'],
        ['token.revoked', user.id, 'b', 'limit'],
        ['login.succeeded', user.id, login.id, undefined],
      ],
    );
    await addToken(store, user, { id: 'late', expiry: now });
    const refused = await eventsOf(store, () =>
      store.issueToken(sampleToken(user), user.passwordHash, asked, { most: 1, action: 'refuse' }),
    );
    assert.deepEqual(refused.map(gist), [
      { event: 'tokens.swept', subject: user.id, details: { expired: 1 }, personal: said },
    ]);
  });

  fact('details hold nothing personal; without an origin there is no personal part', open, async (store) => {
    await addAdmin(store);
    for (const [, work] of changed) await work(store, await addUser(store), asked);
    const users = new Set((await store.listUsers({ after: '', limit: 1000 })).map((user) => user.email));
    const secrets = [...users, ...Object.values(origin), 'laptop', 'phone', 'New@x.org', '@Example.org'];
    for (const { details } of await allEvents(store)) {
      for (const secret of secrets)
        assert.ok(!JSON.stringify(details).includes(secret), JSON.stringify(details));
    }
    const user = await addUser(store);
    const silent: Act = { time: now, actor: null, requestId: null };
    const [event] = await eventsOf(store, () =>
      store.issueToken(sampleToken(user), user.passwordHash, silent),
    );
    assert.deepEqual([event?.personal, event?.actor, event?.requestId], [null, null, null]);
  });
}
