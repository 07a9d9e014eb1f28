import { equal } from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { keepTickShape } from './keep-tick-shape.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many of the objects that `process.nextTick` makes during `work` are still there after full collections. */
async function survivors(work: () => void): Promise<number> {
  const made: WeakRef<object>[] = [];
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type === 'TickObject') made.push(new WeakRef(resource));
    },
  }).enable();
  work();
  hook.disable();
  for (let n = 0; n < 3; n += 1) {
    await turn();
    collect();
  }
  return made.filter((one) => one.deref() !== undefined).length;
}

test('of what nextTick makes nothing outlives a collection, but the one that is kept', async () => {
  equal(await survivors(() => process.nextTick(() => {})), 0);
  equal(await survivors(keepTickShape), 1);
  equal(await survivors(keepTickShape), 0, 'once is enough');
});
