import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitLines } from './split-lines.ts';

async function linesOf(chunks: readonly Buffer[], most = 1000): Promise<string[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const line of splitLines(stream(), most)) lines.push(line.toString('latin1'));
  return lines;
}

test('lines come out as they went in, however the stream is cut', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\x00', '\xff'), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(30)), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''), 'latin1');
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, n) => bytes.subarray(places[n], end));
      assert.deepEqual(await linesOf(chunks), lines);
    }),
  );
});

test('a last line without an end counts, an empty rest does not', async () => {
  assert.deepEqual(await linesOf([Buffer.from('a\nb')]), ['a', 'b']);
  assert.deepEqual(await linesOf([Buffer.from('a\n')]), ['a']);
  assert.deepEqual(await linesOf([]), []);
});

test('of a line that is too long no more is kept than shows it', async () => {
  const chunks = Array.from({ length: 1000 }, () => Buffer.alloc(1000, 'x'));
  assert.deepEqual(
    (await linesOf([...chunks, Buffer.from('\nnext\n')], 10)).map((line) => line.length),
    [11, 4],
  );
});
