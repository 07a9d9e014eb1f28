import { timingSafeEqual } from 'node:crypto';
import type { DigestKeyFingerprint, Store } from '../storage/store.ts';
import { type DigestKeys, fingerprintKey } from './digest.ts';
import { DigestKeysError } from './digest-keys.ts';

/**
 * Holds the service's digest keys against those the database was written with. Throws `DigestKeysError` when a key has
 * another secret under the same name, or when living tokens were made with a key that is not there: with the wrong
 * keys every token would be refused, and nobody would see why.
 *
 * @param missing Whether a key that is not there is refused. Default: yes.
 */
export async function checkDigestKeys(
  store: Store,
  keys: DigestKeys,
  time: number,
  { missing = 'refused' }: { missing?: 'refused' | 'accepted' } = {},
): Promise<void> {
  const act = { time, actor: null, requestId: null };
  const remembered = await store.rememberDigestKeys(fingerprintsOf(keys), act);
  const own = new Set(keys.map(({ id }) => id));
  compareDigestKeys(
    missing === 'refused' ? remembered : remembered.filter(({ keyId }) => own.has(keyId)),
    keys,
  );
}

/** The same with fingerprints that have been read already. */
export function compareDigestKeys(remembered: readonly DigestKeyFingerprint[], keys: DigestKeys): void {
  const fingerprints = fingerprintsOf(keys);
  for (const known of remembered) {
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

function fingerprintsOf(keys: DigestKeys): Map<string, Uint8Array> {
  return new Map(keys.map((key) => [key.id, fingerprintKey(key)]));
}
