import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

/**
 * A standard stream that takes all of a text or fails. Node's own one for a file takes what a nearly full disk leaves of a text for
 * the whole of it, and says nothing.
 */
export function wholeOutput(stream: NodeJS.WriteStream): Writable {
  if (stream instanceof Socket) return stream;
  const { fd } = stream as { fd: number };
  return new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      try {
        writeFileSync(fd, chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
