import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { messageOf } from './sqlite-error.ts';

const block = 64 * 1024;

/**
 * A file of random bytes beside the database. On a full disk it is removed, and what it held is enough for the
 * write-ahead log to take the acts that end tokens: logging out must work then, logging in needn't.
 */
export class DiskReserve {
  readonly #path: string;
  readonly #bytes: number;
  readonly #warn: (message: string) => void;
  #isThere = false;
  #isMissed = false;
  #lastTry = Number.NEGATIVE_INFINITY;

  /** @param warn Told once when there is no room for it. */
  constructor(path: string, bytes: number, warn: (message: string) => void) {
    this.#path = path;
    this.#bytes = bytes;
    this.#warn = warn;
  }

  /** True when the reserve is there, or could be laid down again; looks at the disk once a second at most. */
  ensure(): boolean {
    if (this.#isThere || performance.now() - this.#lastTry < 1000) return this.#isThere;
    this.#lastTry = performance.now();
    try {
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size;
      if (size !== this.#bytes) this.#fill();
      this.#isThere = true;
      this.#isMissed = false;
    } catch (error) {
      this.release();
      if (!this.#isMissed) {
        this.#warn(`no room for ${this.#path}, only endings are accepted: ${messageOf(error)}`);
      }
      this.#isMissed = true;
    }
    return this.#isThere;
  }

  release(): void {
    this.#isThere = false;
    this.#lastTry = performance.now();
    rmSync(this.#path, { force: true });
  }

  #fill(): void {
    const file = openSync(this.#path, 'w', 0o600);
    try {
      // Random, so that a file system that compresses or skips zeros sets the room aside all the same.
      const bytes = randomFillSync(new Uint8Array(block));
      for (let left = this.#bytes; left > 0; left -= block) writeSync(file, bytes, 0, Math.min(left, block));
    } finally {
      closeSync(file);
    }
  }
}
