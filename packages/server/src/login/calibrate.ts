import { availableParallelism } from 'node:os';
import type { newHash } from './new-hash.ts';
import { HASH_LIMITS } from './password.ts';

/** What Argon2id takes on this machine at some parameters. */
export interface MeasuredHash {
  readonly memoryMiB: number;
  readonly passes: number;
  /** Milliseconds of one hash, while nothing else runs: the median of some. */
  readonly ms: number;
  /** Logins a second, with a hash on each core. */
  readonly loginsPerSecond: number;
}

const MEMORIES_MIB = [19, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024];
const ROUNDS = 5;

/**
 * Measures how much memory, and how many passes over it, fit into `targetMs`. As RFC 9106 section 4 says, memory counts for
 * more than passes: proposed is the most memory that fits. Nothing below OWASP's floor is measured or proposed; where
 * even that takes longer than the target, it is what is proposed. Blocks while it measures.
 */
export async function calibrateHash(targetMs: number): Promise<{
  readonly measured: readonly MeasuredHash[];
  readonly proposed: MeasuredHash;
}> {
  // Of what a service starts with only this would need the library that hashes: its threads load it themselves.
  const { newHash: hash } = await import('./new-hash.ts');
  const { leastPasses, mostPasses } = HASH_LIMITS;
  const measured: MeasuredHash[] = [];
  let proposed: MeasuredHash | undefined;
  for (const memoryMiB of MEMORIES_MIB) {
    const least = measure(hash, memoryMiB, leastPasses);
    const perPass = least.ms / leastPasses;
    const passes = Math.min(Math.max(Math.floor(targetMs / perPass), leastPasses), mostPasses);
    const most = passes === leastPasses ? least : measure(hash, memoryMiB, passes);
    measured.push(most);
    if (proposed === undefined || most.ms <= targetMs * 1.05) proposed = most;
    if (least.ms > targetMs) break;
  }
  return { measured, proposed: proposed as MeasuredHash };
}

function measure(hash: typeof newHash, memoryMiB: number, passes: number): MeasuredHash {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    hash('a password to measure', { memoryKiB: memoryMiB * 1024, passes, lanes: 1 });
    times.push(performance.now() - begin);
  }
  const ms = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  return { memoryMiB, passes, ms, loginsPerSecond: (availableParallelism() * 1000) / ms };
}
