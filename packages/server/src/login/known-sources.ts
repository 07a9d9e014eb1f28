/**
 * Sources that a right password has come from: those that were last. `recall-known-sources.ts` tells of those before the start. When strangers are more than the service can
 * hash for, who has been here before is not one of them.
 */
export interface KnownSources {
  remember(source: string): void;
  has(source: string): boolean;
}

/** @param most Sources that are remembered. Default: 10,000. */
export function createKnownSources({ most = 10_000 } = {}): KnownSources {
  // In the order of their last success.
  const known = new Set<string>();
  return {
    remember(source) {
      known.delete(source);
      known.add(source);
      for (const oldest of known) {
        if (known.size <= most) break;
        known.delete(oldest);
      }
    },
    has: (source) => known.has(source),
  };
}
