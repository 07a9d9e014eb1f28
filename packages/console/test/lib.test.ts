import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDIT_EVENTS } from '../../server/src/audit-events.ts';
import { sumAll, sumBy, sumSteps } from '../src/lib/activity-sums.ts';
import { AUDIT_EVENT_NAMES } from '../src/lib/audit-event-names.ts';
import { clientName } from '../src/lib/client-name.ts';
import { newPassword } from '../src/lib/new-password.ts';
import { duration, fromNow } from '../src/lib/times.ts';

const rows = [
  { time: '2030-01-01T00:00:00Z', activity: 'a', outcome: 'ok', count: 3, total_ms: 30, max_ms: 20 },
  { time: '2030-01-01T00:05:00Z', activity: 'b', outcome: 'refused', count: 1, total_ms: 2, max_ms: 2 },
  { time: '2030-01-01T00:11:00Z', activity: 'a', outcome: 'failed', count: 2, total_ms: 200, max_ms: 150 },
];

test('sums weigh the mean by how often, and keep the slowest', () => {
  const { count, by, mean, slowest } = sumAll(rows);
  assert.deepEqual([count, by, mean, slowest], [6, { ok: 3, refused: 1, failed: 2 }, 232 / 6, 150]);
  assert.equal(sumAll([]).mean, 0);
});

test('what happened most often stands first', () => {
  const sums = sumBy(rows, ({ activity }) => String(activity));
  assert.deepEqual(
    sums.map(({ key, count }) => [key, count]),
    [
      ['a', 5],
      ['b', 1],
    ],
  );
});

test('steps without requests are there too, and each row falls into its own', () => {
  const from = Date.parse('2030-01-01T00:02:00Z');
  const steps = sumSteps(rows, from, from + 15 * 60_000, 300_000);
  assert.deepEqual(
    steps.map(({ count }) => count),
    [3, 1, 2, 0],
  );
});

test('the list of audit events is the service’s own', () => {
  assert.deepEqual([...AUDIT_EVENT_NAMES], Object.keys(AUDIT_EVENTS));
});

test('generated passwords are long, of letters and digits, and never the same', () => {
  const made = Array.from({ length: 1_000 }, newPassword);
  assert.equal(new Set(made).size, made.length);
  for (const password of made) assert.match(password, /^(?:[a-zA-Z2-9]{6}-){3}[a-zA-Z2-9]{6}$/);
  // Each of the 56 characters, about as often as the others: 24,000 of them in all.
  const counts = new Map<string, number>();
  for (const letter of made.join('').replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  assert.equal(counts.size, 56);
  assert.ok(Math.min(...counts.values()) > 300 && Math.max(...counts.values()) < 560);
});

test('times are told by their distance, programs by the name that people know', () => {
  const now = Date.parse('2030-01-02T00:00:00Z');
  assert.equal(fromNow('2030-01-01T23:59:58Z', now), 'just now');
  assert.equal(fromNow('2030-01-01T23:00:00Z', now), '1 hour ago');
  assert.equal(fromNow('2030-01-31T23:59:00Z', now), 'in 30 days');
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';
  assert.equal(clientName(chrome), 'Chrome on Windows');
  assert.equal(clientName(`${chrome} Edg/140.0`), 'Edge on Windows');
  assert.equal(clientName('gsctl/0.24.1'), 'gsctl/0.24.1');
  assert.deepEqual([0, 0.4, 850, 1_240].map(duration), ['0 ms', '< 1 ms', '850 ms', '1.2 s']);
});
