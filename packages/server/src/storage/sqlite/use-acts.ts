import type { DatabaseSync } from 'node:sqlite';
import type { TokenUse } from '../records.ts';
import { isStorable, storable, storableTime } from '../text.ts';
import { statement } from './connection.ts';

/** A living token has its row, an ended one has none: there is nothing to ask first. */
export function recordUses(db: DatabaseSync, uses: ReadonlyMap<string, TokenUse>): void {
  const record = statement(
    db,
    `UPDATE token_uses SET time = ?1, ip = ?2, activity = ?3, user_agent = ?4
      WHERE token = (SELECT n FROM tokens WHERE id = ?5) AND (ip IS NULL OR time < ?1)`,
  );
  for (const [id, use] of uses) {
    if (!isStorable(id)) continue;
    record.run(
      storableTime(use.time, 'time'),
      storable(use.ip, 'ip'),
      storable(use.activity, 'activity'),
      storable(use.userAgent, 'user agent'),
      id,
    );
  }
}
