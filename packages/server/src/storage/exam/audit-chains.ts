import assert from 'node:assert/strict';
import { allEvents, checkChains } from './chains.ts';
import { fact, type OpenRoom } from './room.ts';
import { addToken, addUser, act as plain } from './samples.ts';

const origin = { ip: '203.0.113.77', userAgent: 'gsctl/0.24.1', activity: null, commandLine: 'gsctl login' };
const asked = { ...plain, origin };

export function examineAuditChains(open: OpenRoom): void {
  fact('text of a personal part and request ids come back exactly', open, async (store) => {
    const user = await addUser(store);
    const texts = ['é', '\u{1f600}', 'a\0b', '\ud800', '"\\', '\u2028', 'x'.repeat(5000), 'null', '{}'];
    const uuid = '0b0c6c5e-7f0e-4a57-9a0b-3c4a6de2a1f0';
    const ids = [
      uuid,
      uuid.toUpperCase(),
      uuid.replaceAll('-', ''),
      `${uuid} `,
      'r',
      'é',
      '0',
      'x'.repeat(128),
    ];
    for (const [n, text] of [...texts, ...ids].entries()) {
      const requestId = ids[n - texts.length] ?? `request ${n}`;
      const act = { ...asked, requestId, origin: { ...origin, userAgent: text, commandLine: null } };
      await store.modifyUser(user.id, { groups: [String(n)] }, act);
      const [event, ...more] = await store.listAuditEvents({ requestId }, { before: null, limit: 10 });
      assert.deepEqual([event?.requestId, more.length], [requestId, 0], requestId);
      assert.equal(event?.personal?.user_agent, text);
      assert.equal(event?.personal?.command_line, undefined);
    }
    await checkChains(store);
  });

  fact('chains are whole after many writes at once through two stores', open, async (store, room) => {
    const stores = [store, await room.openAnother()];
    const user = await addUser(store);
    await Promise.all(
      Array.from({ length: 400 }, async (_, n) => {
        const at = stores[n % 2] ?? store;
        const token = await addToken(at, user);
        await at.endToken(token.id, 'logout', asked);
        if (n % 10 === 0) await at.modifyUser(user.id, { groups: [String(n)] }, asked);
      }),
    );
    const events = await checkChains(room.store);
    assert.equal(events.length, 1 + 400 + 400 + 40);
    assert.equal((await allEvents(store, {}, 97)).length, events.length);
  });

  fact('a copy of the signed head stays whenever a thousand is passed', open, async (store) => {
    const user = await addUser(store);
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(Array.from({ length: 500 }, () => addToken(store, user)));
    }
    const events = await checkChains(store);
    assert.equal(events.length, 2501);
    const marks = [];
    for (const { chain } of await store.auditHeads()) {
      const all = await store.auditCheckpoints(chain, { after: 0, limit: 1000 });
      for (let after = 0; ; ) {
        const [mark] = await store.auditCheckpoints(chain, { after, limit: 1 });
        if (mark === undefined) break;
        assert.deepEqual(mark, all.shift());
        marks.push(mark);
        after = mark.n;
      }
      assert.deepEqual(all, []);
    }
    assert.deepEqual(
      marks.map(({ n }) => Math.floor(n / 1000)),
      [1, 2],
    );
    assert.deepEqual(await store.auditCheckpoints('no such chain', { after: 0, limit: 10 }), []);
    assert.deepEqual(await store.scanAuditChain('no such chain', { after: 0, limit: 10 }), []);
  });
}
