import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrateHash } from './calibrate.ts';

test("a machine that is too slow for the target is told OWASP's floor, never less", async () => {
  const { measured, proposed } = await calibrateHash(0.001);
  assert.equal(measured.length, 1);
  assert.deepEqual([proposed.memoryMiB, proposed.passes], [19, 2]);
  assert.ok(proposed.ms > 1 && proposed.loginsPerSecond > 0);
});

test('of what fits into the target the one with most memory is proposed', async () => {
  const { measured, proposed } = await calibrateHash(40);
  for (const row of measured) assert.ok(row.memoryMiB >= 19 && row.passes >= 2);
  const fitting = measured.filter((row) => row.ms <= 42);
  const most = Math.max(19, ...fitting.map((row) => row.memoryMiB));
  assert.equal(proposed.memoryMiB, most);
  assert.ok(measured.includes(proposed));
});
