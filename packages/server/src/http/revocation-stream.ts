import type { ServerResponse } from 'node:http';
import { formatTime } from '../rfc3339.ts';
import type { Change } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';

/**
 * Tells followers what to forget: server-sent events (WHATWG HTML, section 9.2), one for each change, and heartbeats that
 * say how fresh that is. A heartbeat's `at` is this process's monotonic clock *before* the changes were read, so that
 * it never claims more than is true: everything committed before `at` stands in front of it.
 */
export interface RevocationStreams {
  /** Follows the changes after `seq` on this reply until its connection ends, or `stillMay` says no. */
  follow(reply: ServerResponse, seq: number, stillMay: () => Promise<boolean>): void;
  close(): void;
}

const LOOK_EVERY_MS = 25;
const HEARTBEAT_EVERY_MS = 200;
const RECHECK_EVERY_MS = 1_000;
const SLICE = 1_000;
/** A follower that doesn't read is let go rather than remembered for. */
const MAX_BUFFERED = 1024 * 1024;

interface Follower {
  readonly reply: ServerResponse;
  readonly stillMay: () => Promise<boolean>;
  seq: number;
  lastHeartbeat: number;
  lastCheck: number;
}

export function createRevocationStreams(
  store: Store,
  formatCursor: (seq: number) => string,
  report: (error: unknown) => void,
): RevocationStreams {
  const followers = new Set<Follower>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const at = performance.now();
      for (const [seq, group] of Map.groupBy(followers, (follower) => follower.seq))
        await advance(seq, group, at);
    } catch (error) {
      // No heartbeat: the followers notice by themselves that nothing vouches for what they remember.
      report(error);
    } finally {
      looking = false;
    }
  }

  async function advance(from: number, group: readonly Follower[], at: number): Promise<void> {
    let seq = from;
    for (;;) {
      const changes = await store.changesAfter(seq, SLICE);
      const last = changes.at(-1);
      if (last === undefined) break;
      seq = last.seq;
      const text = changes.map((change) => eventOf(change, formatCursor)).join('');
      for (const follower of group) write(follower, text, seq);
    }
    for (const follower of group) {
      if (at - follower.lastHeartbeat < HEARTBEAT_EVERY_MS) continue;
      if (at - follower.lastCheck >= RECHECK_EVERY_MS) {
        follower.lastCheck = at;
        if (!(await follower.stillMay())) {
          follower.reply.end();
          continue;
        }
      }
      follower.lastHeartbeat = at;
      const data = JSON.stringify({ at, time: new Date().toISOString() });
      write(follower, `event: heartbeat\nid: ${formatCursor(seq)}\ndata: ${data}\n\n`, seq);
    }
  }

  function write(follower: Follower, text: string, seq: number): void {
    const { reply } = follower;
    if (reply.writableEnded || reply.destroyed) return;
    if (reply.writableLength > MAX_BUFFERED) return void reply.destroy();
    reply.write(text);
    follower.seq = seq;
  }

  return {
    follow(reply, seq, stillMay) {
      const now = performance.now();
      const follower: Follower = {
        reply,
        stillMay,
        seq,
        lastHeartbeat: Number.NEGATIVE_INFINITY,
        lastCheck: now,
      };
      followers.add(follower);
      reply.on('close', () => {
        followers.delete(follower);
        if (followers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
      timer ??= setInterval(look, LOOK_EVERY_MS);
      void look();
    },
    close() {
      for (const { reply } of followers) reply.end();
    },
  };
}

function eventOf(change: Change, formatCursor: (seq: number) => string): string {
  const what =
    change.kind === 'token'
      ? { digest_id: change.tokenId }
      : change.kind === 'user'
        ? { user: change.userId }
        : { all: true };
  return `id: ${formatCursor(change.seq)}\ndata: ${JSON.stringify({ ...what, time: formatTime(change.time) })}\n\n`;
}
