import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { checkChains } from '../exam/chains.ts';
import type { Store } from '../store.ts';
import { startChild } from './children.test-support.ts';
import { openSqliteRoom, type SqliteRoom } from './sqlite-room.test-support.ts';

const trials = 20;

/** While one lane compares, the other one's child writes. */
const lanes = 2;

test(`kill -9 in the middle of writing loses nothing that was acknowledged, nor its event (${trials} trials)`, async () => {
  const counts = await Promise.all(Array.from({ length: lanes }, () => tryOften(trials / lanes)));
  for (const acknowledged of counts) assert.ok(acknowledged >= (trials / lanes) * 5);
});

async function tryOften(times: number): Promise<number> {
  const room = await openSqliteRoom();
  try {
    const all = { issued: new Set<string>(), ended: new Set<string>() };
    for (let trial = 0; trial < times; trial += 1) {
      const { issued, ended } = await writeUntilKilled(room.path, randomInt(5, 200));
      for (const id of issued) all.issued.add(id);
      for (const id of ended) all.ended.add(id);
      await compare(room, issued, ended);
    }
    await compareEvents(room.store, all.issued, all.ended);
    return all.issued.size + all.ended.size;
  } finally {
    await room.leave();
  }
}

async function writeUntilKilled(path: string, lines: number) {
  const child = startChild('writeForever', path);
  const issued = new Set<string>();
  const ended = new Set<string>();
  for (let n = 0; ; n += 1) {
    if (n === lines) child.kill();
    // What was told before the end counts, also when it is read after the kill.
    const line = await child.line();
    if (line === undefined) break;
    const [what, id = ''] = line.split(' ');
    assert.ok(what === 'issued' || what === 'ended', line);
    (what === 'issued' ? issued : ended).add(id);
  }
  await child.ended();
  return { issued, ended };
}

async function compare({ openAnother }: SqliteRoom, issued: Set<string>, ended: Set<string>) {
  const store = await openAnother();
  for (const id of issued) {
    const living = await store.findToken([createHash('sha256').update(id).digest()]);
    const tombstone = await store.findEndedToken(id);
    assert.ok((living === undefined) !== (tombstone === undefined), 'a token is living or has ended');
    if (ended.has(id)) assert.equal(tombstone?.ended.cause, 'logout');
  }
  await store.close();
}

/** The chain is whole, and says of each token what the tables say: as many events as acts. */
async function compareEvents(store: Store, issued: Set<string>, ended: Set<string>) {
  const told = { 'login.succeeded': new Set<unknown>(), 'token.revoked': new Set<unknown>() };
  for (const { event, details } of await checkChains(store)) {
    if (event !== 'login.succeeded' && event !== 'token.revoked') continue;
    const { token_id: id } = details;
    assert.ok(!told[event].has(id), 'one event for each act');
    told[event].add(id);
    const isLiving = (await store.findTokenById(String(id))) !== undefined;
    const hasEnded = (await store.findEndedToken(String(id))) !== undefined;
    assert.ok(event === 'token.revoked' ? hasEnded : isLiving || hasEnded, 'no event without its act');
  }
  for (const id of issued) assert.ok(told['login.succeeded'].has(id));
  for (const id of issued) {
    assert.equal(told['token.revoked'].has(id), (await store.findEndedToken(id)) !== undefined);
  }
  for (const id of ended) assert.ok(told['token.revoked'].has(id));
}
