import type { Act } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';

const PAGE = 1_000;
const AT_ONCE = 50;

/**
 * Ends every living token that was made with a digest key (cause `keys_rotated`), so that the key can be taken away. Answers
 * how many. New ones are made with the first key: a key that isn't the first any more in any service stays without tokens.
 */
export async function retireKey(store: Store, keyId: string, act: Act): Promise<number> {
  let ended = 0;
  for (let after = ''; ; ) {
    const page = await store.scanTokens({ after, limit: PAGE });
    const leaning = page.filter(({ token }) => token.keyId === keyId);
    for (let at = 0; at < leaning.length; at += AT_ONCE) {
      const outcomes = await Promise.all(
        leaning.slice(at, at + AT_ONCE).map(({ token }) => store.endToken(token.id, 'keys_rotated', act)),
      );
      ended += outcomes.filter((outcome) => outcome === 'ended').length;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return ended;
    after = last.token.id;
  }
}
