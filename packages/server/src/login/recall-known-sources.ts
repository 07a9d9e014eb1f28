import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { AuditPosition } from '../storage/audit-store.ts';
import type { Store } from '../storage/store.ts';
import type { KnownSources } from './known-sources.ts';
import { sourcePrefix } from './source-prefix.ts';
import { THROTTLE_RULES } from './throttle.ts';

/** Other workers and nodes have logins too. */
const EVERY_MS = 600_000;
/** So small that no request waits for a page of it. */
const PAGE = 100;
/** Logins that are looked at, at most. */
const MOST = 10_000;
/** By so much another node's clock may be behind. */
const OVERLAP_MS = 60_000;

/**
 * Recalls from the audit trail which sources a right password has come from, at once and every ten minutes: a restart in the middle
 * of a flood, or another worker or node, must not make strangers of those who have been here. What fails is reported and tried again
 * at the next.
 */
export function keepRecallingKnownSources(
  knownSources: KnownSources,
  { store, clock, report }: { store: Store; clock: Clock; report: (error: unknown) => void },
): { stop(): void } {
  let stopped = false;
  let from = clock.now() - THROTTLE_RULES.laneLifetime;

  /** The latest first. */
  async function loginsSince(time: number): Promise<string[]> {
    const sources: string[] = [];
    let before: AuditPosition | null = null;
    while (!stopped && sources.length < MOST) {
      const filter = { event: 'login.succeeded', from: time } as const;
      const page = await store.listAuditEvents(filter, { before, limit: PAGE });
      for (const { personal } of page)
        if (personal?.ip !== undefined) sources.push(sourcePrefix(personal.ip));
      before = page.at(-1) ?? null;
      if (page.length < PAGE) break;
      await setImmediate();
    }
    return sources;
  }

  async function recall(): Promise<void> {
    const begin = clock.now();
    for (const source of (await loginsSince(from)).reverse()) knownSources.remember(source);
    from = begin - OVERLAP_MS;
  }

  const recallOrReport = (): void => {
    recall().catch((error: unknown) => {
      if (!stopped) report(error);
    });
  };
  recallOrReport();
  const timer = setInterval(recallOrReport, EVERY_MS);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
