import { createHook } from 'node:async_hooks';

/** Held for as long as the process runs; see below. */
const kept: object[] = [];

/**
 * Keeps one of the objects that `process.nextTick` makes, so that V8 never forgets their shape.
 *
 * Nothing holds on to such an object once its callback has run. A full collection that happens in between takes the
 * hidden classes of the intermediate steps with it, since V8 holds those weakly; the code that makes the next one finds
 * that it knows another class, and from then on takes V8's slow way for each of its computed keys, for good. Every HTTP
 * request makes several, and pays a seventh of its CPU for that. It happens early where anything beside the requests is
 * going on, such as a connection to PostgreSQL.
 *
 * Done once; more calls change nothing.
 */
export function keepTickShape(): void {
  if (kept.length > 0) return;
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type === 'TickObject') kept.push(resource);
    },
  });
  hook.enable();
  process.nextTick(() => {});
  hook.disable();
}
