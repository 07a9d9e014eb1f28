import assert from 'node:assert/strict';
import type { UserRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { FOREVER } from '../throttle-store.ts';
import { eventsOf } from './chains.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addUser, now } from './samples.ts';
import {
  fail,
  failTimes,
  type Guesser,
  keysOf,
  newPassword,
  refusedUntil,
  reserve,
  rules,
  settle,
  succeed,
} from './tries.ts';

const { account } = keysOf('someone', '');

async function locked(store: Store): Promise<{ user: UserRecord; it: Guesser }> {
  const user = await addUser(store);
  const it = { store, account: 'someone', source: 'away', user };
  await failTimes(it, rules.freeFailures);
  return { user, it };
}

const lockOf = async (store: Store, user: UserRecord) => (await store.findUser(user.id))?.lockedUntil;

const names = (events: readonly { event: string }[]) => events.map(({ event }) => event);

export function examineLocks(open: OpenRoom): void {
  fact('failures in a row close an account to unknown devices, and that is told', open, async (store) => {
    const user = await addUser(store);
    const it = { store, account: 'someone', source: 'away', user };
    for (let n = 1; n < rules.freeFailures; n += 1) {
      assert.deepEqual(names(await eventsOf(store, () => fail(it))), ['login.failed']);
      assert.equal(await lockOf(store, user), null);
    }
    const [lock, failure] = await eventsOf(store, () => fail(it));
    assert.deepEqual(names([lock, failure].flatMap((event) => event ?? [])), ['user.locked', 'login.failed']);
    assert.equal(lock?.subject, user.id);
    assert.deepEqual(lock?.details, { until: '2025-06-15T15:06:41Z', failures: rules.freeFailures });
    assert.deepEqual(failure?.details, { reason: 'wrong_password' });
    assert.equal(await lockOf(store, user), now + rules.firstWait);
    const later = now + rules.firstWait;
    await fail(it, newPassword(), later);
    assert.equal(await lockOf(store, user), later + 2 * rules.firstWait);
  });

  fact('at the most failures an account is closed until somebody opens it', open, async (store) => {
    const { user, it } = await locked(store);
    for (let n = rules.freeFailures; n < rules.mostFailures; n += 1) {
      await fail(it, newPassword(), now + n * rules.longestWait);
    }
    assert.equal(await lockOf(store, user), FOREVER);
    assert.equal(await store.unlockUser(user.id, account, act), 'unlocked');
    assert.equal(await lockOf(store, user), null);
    assert.equal(await refusedUntil(it, now + 100 * rules.longestWait), undefined);
  });

  fact('many failures at once lock once', open, async (store) => {
    const user = await addUser(store);
    const it = { store, account: 'someone', source: 'away', user };
    const reserved = await Promise.all(
      Array.from({ length: rules.freeFailures }, () => reserve(it, newPassword())),
    );
    const events = await eventsOf(store, () => Promise.all(reserved.map((one) => settle(it, one, 'failed'))));
    assert.equal(events.filter(({ event }) => event === 'user.locked').length, 1);
    assert.equal(events.length, rules.freeFailures + 1);
  });

  fact(
    'the same wrong password again, an unknown user or an unsettled try lock nobody',
    open,
    async (store) => {
      const user = await addUser(store);
      const it = { store, account: 'someone', source: 'away', user };
      for (let n = 0; n < 20; n += 1) await fail(it, 'the old one');
      const unknown = { ...it, account: 'nobody', user: undefined };
      const events = await eventsOf(store, () => failTimes(unknown, rules.freeFailures));
      assert.deepEqual(names(events), Array(rules.freeFailures).fill('login.failed'));
      for (const { subject, details } of events) {
        assert.deepEqual([subject, details], [null, { reason: 'unknown_user' }]);
      }
      assert.deepEqual(
        await eventsOf(store, async () => settle(it, await reserve(it, newPassword()), 'abandoned')),
        [],
      );
      assert.equal(await lockOf(store, user), null);
    },
  );

  fact('a login from an unknown device opens the account, and that is told', open, async (store) => {
    const { user, it } = await locked(store);
    const later = now + rules.firstWait;
    const [event, ...more] = await eventsOf(store, () => succeed({ ...it, source: 'elsewhere' }, later));
    assert.deepEqual([event?.event, event?.subject, more.length], ['user.unlocked', user.id, 0]);
    assert.equal(await lockOf(store, user), null);
    assert.deepEqual(await eventsOf(store, () => succeed({ ...it, source: 'third' }, later)), []);
  });

  fact('a login of a known device leaves the account closed to others', open, async (store) => {
    const user = await addUser(store);
    const home = { store, account: 'someone', source: 'home', user };
    await succeed(home);
    await failTimes({ ...home, source: 'away' }, rules.freeFailures);
    assert.deepEqual(await eventsOf(store, () => succeed(home)), []);
    assert.equal(await lockOf(store, user), now + rules.firstWait);
  });

  fact('who is unlocked was locked or had failures', open, async (store) => {
    const { user, it } = await locked(store);
    const [event, ...more] = await eventsOf(store, async () => {
      assert.equal(await store.unlockUser(user.id, account, act), 'unlocked');
    });
    assert.deepEqual(
      [event?.event, event?.subject, event?.actor, more.length],
      ['user.unlocked', user.id, act.actor, 0],
    );
    assert.equal(await refusedUntil(it), undefined);
    const nothing = await eventsOf(store, async () => {
      assert.equal(await store.unlockUser(user.id, account, act), 'not_locked');
      assert.equal(await store.unlockUser('nobody', account, act), 'not_found');
      assert.equal(await store.unlockUser('a\0b', account, act), 'not_found');
    });
    assert.deepEqual(nothing, []);
    await fail(it);
    assert.equal(await store.unlockUser(user.id, account, act), 'unlocked');
  });

  fact('a new password opens the account, and with its key forgets the failures', open, async (store) => {
    const { user, it } = await locked(store);
    const events = await eventsOf(store, () => store.setPassword(user.id, { newHash: 'new' }, act));
    assert.deepEqual(names(events), ['password.reset']);
    assert.equal(await lockOf(store, user), null);
    assert.equal(await refusedUntil(it), now + rules.firstWait, 'without the key the counter stays');
    await store.setPassword(user.id, { newHash: 'newer', account }, act);
    assert.equal(await refusedUntil(it), undefined);
    const refused = { newHash: 'newest', expectedHash: 'other', account };
    await failTimes(it, rules.freeFailures);
    assert.equal(await store.setPassword(user.id, refused, act), 'changed_meanwhile');
    assert.equal(await lockOf(store, user), now + rules.firstWait);
    assert.equal(await refusedUntil(it), now + rules.firstWait);
  });

  fact(
    'a lock is told to whoever remembers the user, and comes with every reading of it',
    open,
    async (store) => {
      const { user } = await locked(store);
      const expected = { ...user, lockedUntil: now + rules.firstWait };
      assert.deepEqual(await store.findUserByEmail(user.canonicalEmail), expected);
      assert.deepEqual(await store.listUsers({ after: '', limit: 10 }), [expected]);
      assert.deepEqual(await store.modifyUser(user.id, { groups: [] }, act), expected);
      assert.deepEqual(
        (await store.changesAfter(0, 10)).map((change) => change.kind === 'user' && change.userId),
        [user.id, user.id],
      );
    },
  );
}
