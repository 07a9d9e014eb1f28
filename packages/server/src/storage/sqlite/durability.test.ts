import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { startChild } from './children.test-support.ts';
import { openSqliteRoom, type SqliteRoom } from './sqlite-room.test-support.ts';

const trials = 20;

/** While one lane compares, the other one's child writes. */
const lanes = 2;

test(`kill -9 in the middle of writing loses nothing that was acknowledged (${trials} trials)`, async () => {
  const counts = await Promise.all(Array.from({ length: lanes }, () => tryOften(trials / lanes)));
  for (const acknowledged of counts) assert.ok(acknowledged >= (trials / lanes) * 5);
});

async function tryOften(times: number): Promise<number> {
  const room = await openSqliteRoom();
  try {
    let acknowledged = 0;
    for (let trial = 0; trial < times; trial += 1) {
      const { issued, ended } = await writeUntilKilled(room.path, randomInt(5, 200));
      acknowledged += issued.size + ended.size;
      await compare(room, issued, ended);
    }
    return acknowledged;
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
