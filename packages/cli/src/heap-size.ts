import { availableParallelism } from 'node:os';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * V8's space for new objects. Unasked, it grows to 64 MiB and never shrinks, first with the modules that are imported and then with what is
 * asked. In less than this, what a login needs while it waits would be taken for something that stays, and collected late.
 */
const ENOUGH_BYTES = 16 * 2 ** 20;
const LOOK_MS = 500;

/**
 * Keeps that space from growing with the modules of the service, most of which is never used again. Said before they are imported, and not
 * before the command is: Node's own modules are compiled anew, and not taken from its cache, once a flag was changed.
 */
export function holdHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Lets it grow under load, up to what is enough. What outlives it is collected before a flood of logins has left 150 MiB of garbage; on
 * two cores by one thread at a time beside the event loop, because four had both cores for slices of 4 ms.
 */
export function letHeapGrow(): void {
  if (availableParallelism() <= 2) setFlagsFromString('--concurrent-marking-max-worker-num=1');
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--heap-growing-percent=30');
  const look = setInterval(() => {
    if (newSpaceBytes() < ENOUGH_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(look);
  }, LOOK_MS).unref();
}

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
