import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { covers, parseSnapshot, type Snapshot, sees } from './snapshot.ts';

test('what is behind the end or under way is not visible, everything else is', () => {
  const snapshot = parseSnapshot('10:20:10,14');
  const visible = [0n, 9n, 10n, 11n, 14n, 19n, 20n, 21n].filter((xid) => sees(snapshot, xid));
  assert.deepEqual(visible, [0n, 9n, 11n, 19n]);
  assert.equal(
    sees(parseSnapshot('18446744073709551610:18446744073709551615:'), 18446744073709551614n),
    true,
  );
  for (const text of ['', '1:2', '1:2:x', '1:2:3,', '1:2:3,,4', '1:2: 3'])
    assert.throws(() => parseSnapshot(text));
});

/** The snapshots of a server on which transactions begin and end in any order. */
function snapshotsOf(events: readonly number[]): Snapshot[] {
  const underWay: bigint[] = [];
  let [next, xmax] = [1n, 1n];
  return events.map((event) => {
    if (event === 0 || underWay.length === 0) underWay.push(next++);
    else {
      const [ended = 0n] = underWay.splice(event % underWay.length, 1);
      if (ended >= xmax) xmax = ended + 1n;
    }
    const list = underWay.filter((xid) => xid < xmax);
    return parseSnapshot(`${list[0] ?? xmax}:${xmax}:${list.join(',')}`);
  });
}

test('a later snapshot covers an earlier one, and to cover means to see all that the other one sees', () => {
  const history = fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }).map(snapshotsOf);
  const check = (snapshots: Snapshot[]): void => {
    for (const [n, earlier] of snapshots.entries()) {
      for (const [m, later] of snapshots.entries()) {
        if (m >= n) assert.equal(covers(later, earlier), true);
        if (!covers(later, earlier)) continue;
        for (let xid = 1n; xid <= 41n; xid += 1n)
          assert.ok(!sees(earlier, xid) || sees(later, xid), `${xid}`);
      }
    }
  };
  fc.assert(fc.property(history, check));
});
