import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { AuditSigner } from '../storage/audit-store.ts';
import type { DigestKey, DigestKeys } from '../tokens/digest.ts';

/**
 * The key that signs the heads of the audit chains. It is derived from a digest key, so that there is one secret to keep
 * and nodes that share it share this too: Ed25519, its seed by HKDF-SHA-256 (RFC 5869).
 */
export function auditSigner([key]: DigestKeys): AuditSigner {
  return { keyId: key.id, privateKey: privateKeyBytes(key) };
}

/** What verifies the heads that were signed while this was the first digest key. */
export function auditPublicKey(key: DigestKey): KeyObject {
  const bytes = Buffer.from(privateKeyBytes(key));
  return createPublicKey(createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }));
}

/** An Ed25519 private key in DER is these bytes and its seed (RFC 8410 section 7). */
const BEFORE_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyBytes(key: DigestKey): Uint8Array {
  const seed = hkdfSync('sha256', key.secret, new Uint8Array(), 'guardbee audit', 32);
  return Uint8Array.from(Buffer.concat([BEFORE_SEED, new Uint8Array(seed)]));
}
