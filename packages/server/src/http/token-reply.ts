import { formatTime } from '../rfc3339.ts';
import type { ListedToken, TokenPolicy, TokenUse } from '../storage/records.ts';
import type { LastUses } from '../tokens/last-use.ts';
import { hasEnded, type KnownToken } from '../tokens/own-tokens.ts';
import { effectiveExpiry } from '../tokens/policy.ts';

/** Tokens as their owner and administrators see them: never the token string, never a digest. */
export function tokenReplies(
  { policy, lastUses }: { policy: TokenPolicy; lastUses: LastUses },
  currentId: string,
) {
  function living({ token, lastUsed }: ListedToken) {
    const { id, name, created, scopes } = token;
    return {
      id,
      name,
      created: formatTime(created),
      expiry: formatTime(effectiveExpiry(token, policy)),
      scopes: [...scopes],
      current: id === currentId,
      last_used: use(lastUses.pending(id) ?? lastUsed),
    };
  }
  return {
    living,
    known(token: KnownToken) {
      if (!hasEnded(token)) return living(token);
      const { id, name, created, expiry, scopes, ended } = token;
      return {
        id,
        name,
        created: formatTime(created),
        expiry: formatTime(expiry),
        scopes: [...scopes],
        current: false,
        last_used: null,
        ended: {
          time: formatTime(ended.time),
          cause: ended.cause,
          actor: ended.actor,
          request_id: ended.requestId,
        },
      };
    },
  };
}

function use(last: TokenUse | null) {
  if (last === null) return null;
  return { time: formatTime(last.time), ip: last.ip, activity: last.activity, user_agent: last.userAgent };
}
