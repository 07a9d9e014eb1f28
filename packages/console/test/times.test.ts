import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginOfDay, beginOfNextDay, dayOf, endOfDay } from '../src/lib/times.ts';

/** The clocks of people somewhere on earth; each set only while it is asked. */
function inZone<T>(zone: string, look: () => T): T {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return look();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

test('the day that was picked is the day that is shown, east and west of UTC', () => {
  for (const zone of ['America/New_York', 'UTC', 'Asia/Tokyo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    for (const day of ['2030-01-01', '2030-12-31', '2032-02-29', '0999-12-31']) {
      assert.equal(
        inZone(zone, () => dayOf(endOfDay(day))),
        day,
        zone,
      );
    }
  }
});

test('a day goes to the next midnight, when clocks are changed too', () => {
  const bounds = (zone: string, day: string) => inZone(zone, () => [beginOfDay(day), beginOfNextDay(day)]);
  assert.deepEqual(bounds('America/New_York', '2030-11-03'), [
    '2030-11-03T04:00:00.000Z',
    '2030-11-04T05:00:00.000Z',
  ]);
  assert.deepEqual(bounds('America/New_York', '2030-03-10'), [
    '2030-03-10T05:00:00.000Z',
    '2030-03-11T04:00:00.000Z',
  ]);
  // Where clocks were put forward at midnight, the day began at one.
  assert.deepEqual(bounds('America/Sao_Paulo', '2018-11-04'), [
    '2018-11-04T03:00:00.000Z',
    '2018-11-05T02:00:00.000Z',
  ]);
});
