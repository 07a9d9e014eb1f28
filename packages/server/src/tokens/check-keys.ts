import { timingSafeEqual } from 'node:crypto';
import type { Store } from '../storage/store.ts';
import { type DigestKeys, fingerprintKey } from './digest.ts';
import { DigestKeysError } from './digest-keys.ts';

/**
 * Holds the service's digest keys against those the database was written with. Throws `DigestKeysError` when a key has
 * another secret under the same name, or when living tokens were made with a key that is not there: with the wrong
 * keys every token would be refused, and nobody would see why.
 */
export async function checkDigestKeys(store: Store, keys: DigestKeys, time: number): Promise<void> {
  const fingerprints = new Map(keys.map((key) => [key.id, fingerprintKey(key)]));
  const act = { time, actor: null, requestId: null };
  for (const known of await store.rememberDigestKeys(fingerprints, act)) {
    const ours = fingerprints.get(known.keyId);
    if (ours === undefined && known.used) {
      throw new DigestKeysError(
        `the database has tokens made with digest key "${known.keyId}", which is missing here`,
      );
    }
    if (
      ours !== undefined &&
      !(ours.length === known.fingerprint.length && timingSafeEqual(ours, known.fingerprint))
    ) {
      throw new DigestKeysError(`digest key "${known.keyId}" is not the one this database was written with`);
    }
  }
}
