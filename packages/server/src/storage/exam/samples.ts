import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { AuditSigner } from '../audit-store.ts';
import type { Act, TokenRecord, UserRecord } from '../records.ts';
import type { Store } from '../store.ts';

export const now = 1_750_000_000_000;

export const act: Act = { time: now, actor: 'someone', requestId: 'request-1' };

/** What the stores of the exam sign with: an Ed25519 key in PKCS #8 (RFC 8410 section 7), of a secret that is none. */
export const examSigner: AuditSigner = {
  keyId: 'exam',
  privateKey: Uint8Array.from([
    ...Buffer.from('302e020100300506032b657004220420', 'hex'),
    ...new Uint8Array(32).fill(7),
  ]),
};

export const examPublicKey = createPublicKey(
  createPrivateKey({ key: Buffer.from(examSigner.privateKey), format: 'der', type: 'pkcs8' }),
);

export function randomName(): string {
  return randomBytes(12).toString('base64url');
}

export function sampleUser(fields: Partial<UserRecord> = {}): UserRecord {
  const name = randomName();
  return {
    id: `u_${name}`,
    email: `${name}@Example.org`,
    canonicalEmail: `${name.toLowerCase()}@example.org`,
    passwordHash: `$argon2id$${name}`,
    created: now - 1000,
    expiry: null,
    admin: false,
    disabled: false,
    groups: [],
    lockedUntil: null,
    ...fields,
  };
}

export function sampleToken(user: UserRecord, fields: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id: `t_${randomName()}`,
    userId: user.id,
    digest: new Uint8Array(randomBytes(32)),
    keyId: 'k1',
    seal: new Uint8Array(randomBytes(32)),
    name: null,
    created: now,
    expiry: now + 1000,
    scopes: ['*'],
    ...fields,
  };
}

/** A user in the store. */
export async function addUser(store: Store, fields: Partial<UserRecord> = {}): Promise<UserRecord> {
  const user = sampleUser(fields);
  if ((await store.createUser(user, act)) !== 'created') throw new Error('the sample user was not created');
  return user;
}

export function addAdmin(store: Store): Promise<UserRecord> {
  return addUser(store, { admin: true });
}

/** A living token in the store. */
export async function addToken(
  store: Store,
  user: UserRecord,
  fields: Partial<TokenRecord> = {},
): Promise<TokenRecord> {
  const token = sampleToken(user, fields);
  if ((await store.issueToken(token, user.passwordHash, act)) !== 'issued') {
    throw new Error('the sample token was not issued');
  }
  return token;
}

export async function isLiving(store: Store, token: TokenRecord): Promise<boolean> {
  return (await store.findToken([token.digest])) !== undefined;
}

export async function endCause(store: Store, token: TokenRecord): Promise<string | undefined> {
  return (await store.findEndedToken(token.id))?.ended.cause;
}

/** How often each outcome came up. */
export function tally(outcomes: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = typeof outcome === 'object' ? 'record' : String(outcome);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
