import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiClient } from './api-client.ts';

const client = new ApiClient();

test('paramToString: nothing is empty, a Date its JSON, the rest toString()', () => {
  assert.equal(client.paramToString(null), '');
  assert.equal(client.paramToString(undefined), '');
  assert.equal(client.paramToString(new Date(0)), '1970-01-01T00:00:00.000Z');
  assert.equal(client.paramToString([1, 2]), '1,2');
  assert.equal(client.paramToString(false), 'false');
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer(), fc.boolean()), (x) => client.paramToString(x) === `${x}`),
  );
});

test('normalizeParams drops null and undefined, keeps lists and files, makes text of the rest', () => {
  const file = new Blob(['x']);
  const bytes = Buffer.from('x');
  const list = [1, null];
  assert.deepEqual(
    client.normalizeParams({ a: null, b: undefined, c: 0, d: '', e: file, f: bytes, g: list }),
    {
      c: '0',
      d: '',
      e: file,
      f: bytes,
      g: list,
    },
  );
  assert.deepEqual(client.normalizeParams(Object.create({ inherited: 'x' })), {});
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
      (params) => {
        const once = client.normalizeParams(params);
        assert.deepEqual(client.normalizeParams(once), once, 'idempotent');
        for (const [key, value] of Object.entries(params)) {
          assert.equal(Object.hasOwn(once, key) ? once[key] : null, value === null ? null : String(value));
        }
      },
    ),
  );
});

test('files are Blobs, Files, bytes and streams', async () => {
  const stream = createReadStream(import.meta.filename);
  for (const file of [new Blob([]), new File([], 'f'), Buffer.from(''), stream]) {
    assert.equal(client.isFileParam(file), true);
  }
  for (const other of ['x', 1, null, undefined, {}, [], new Date()])
    assert.equal(client.isFileParam(other), false);
  stream.destroy();
});

test('buildCollectionParam joins, or repeats for multi', () => {
  const list = ['a', 1, null, new Date(0)];
  const texts = ['a', '1', '', '1970-01-01T00:00:00.000Z'];
  assert.equal(client.buildCollectionParam(list, 'csv'), texts.join(','));
  assert.equal(client.buildCollectionParam(list, 'ssv'), texts.join(' '));
  assert.equal(client.buildCollectionParam(list, 'tsv'), texts.join('\t'));
  assert.equal(client.buildCollectionParam(list, 'pipes'), texts.join('|'));
  assert.deepEqual(client.buildCollectionParam(list, 'multi'), texts);
  assert.equal(client.buildCollectionParam(null, 'csv'), null);
  for (const unknown of ['CSV', 'xml', ',', 'toString', undefined] as never[]) {
    assert.throws(() => client.buildCollectionParam([], unknown), {
      message: `Unknown collection format: ${unknown}`,
    });
  }
  assert.deepEqual(ApiClient.CollectionFormatEnum, {
    CSV: ',',
    SSV: ' ',
    TSV: '\t',
    PIPES: '|',
    MULTI: 'multi',
  });
});
