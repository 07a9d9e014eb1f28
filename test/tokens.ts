import assert from 'node:assert/strict';
import { auditSigner } from '../packages/server/src/audit/signing-key.ts';
import { openStore } from '../packages/server/src/storage/open-store.ts';
import type { Store } from '../packages/server/src/storage/store.ts';
import { digestToken, sealToken } from '../packages/server/src/tokens/digest.ts';
import { loadDigestKeys } from '../packages/server/src/tokens/digest-keys.ts';
import { newTokenString } from '../packages/server/src/tokens/token-string.ts';
import { ADMIN } from './guardbee.ts';

const ACT = { time: Date.now(), actor: null, requestId: null };

/** A database from beside the service that uses it. */
export async function withStore<T>(
  url: string,
  keysDir: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(url, { signer: auditSigner(loadDigestKeys(keysDir).keys) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Living tokens of the administrator, as many logins would leave them, without their hashes. */
export async function addTokens(store: Store, keysDir: string, count: number): Promise<string[]> {
  const { keys } = loadDigestKeys(keysDir);
  const admin = await store.findUserByEmail(ADMIN.email);
  assert.ok(admin);
  const strings: string[] = [];
  for (let made = 0; made < count; made += 500) {
    await Promise.all(
      Array.from({ length: Math.min(500, count - made) }, async (_, n) => {
        const string = newTokenString();
        const token = {
          id: `t${made + n}x${Math.random().toString(36).slice(2)}`,
          userId: admin.id,
          digest: digestToken(keys[0], string),
          keyId: keys[0].id,
          name: n % 3 === 0 ? `number ${n} ✓` : null,
          created: Date.now(),
          expiry: null,
          scopes: ['*'],
        };
        const sealed = { ...token, seal: sealToken(keys[0], token) };
        assert.equal(await store.issueToken(sealed, admin.passwordHash, ACT), 'issued');
        strings.push(string);
      }),
    );
  }
  return strings;
}
