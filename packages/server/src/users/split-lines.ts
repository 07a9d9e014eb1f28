const NEWLINE = 0x0a;

/**
 * The lines of a stream of bytes, without their ends. Of a line longer than `most` bytes only the first `most` + 1 are
 * given and the rest is let go, so that memory is bounded whatever comes.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let line: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      const piece = chunk.subarray(start, Math.min(end, start + most + 1 - length));
      line.push(piece);
      length += piece.length;
      start = end + 1;
      if (newline < 0) continue;
      yield Buffer.concat(line);
      [line, length] = [[], 0];
    }
  }
  if (length > 0) yield Buffer.concat(line);
}
