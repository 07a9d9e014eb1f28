import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionError } from './connection-error.ts';

const url = 'https://localhost/v4/user/';
const explain = (cause: unknown) => {
  const thrown = new TypeError('fetch failed', { cause });
  return {
    thrown,
    error: connectionError(thrown, 'GET', url) as NodeJS.ErrnoException & { address?: string },
  };
};

test('a name with several addresses tells the first one’s reason', () => {
  const refused = (address: string) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}`), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address,
    });
  const all = new AggregateError([refused('::1'), refused('127.0.0.1')]);
  const { thrown, error } = explain(Object.assign(all, { code: 'ECONNREFUSED' }));
  assert.equal(error.message, 'connect ECONNREFUSED ::1');
  assert.equal(error.code, 'ECONNREFUSED');
  assert.equal(error.syscall, 'connect');
  assert.equal(error.address, '::1');
  assert.equal(error.cause, thrown);
});

test('a reason without a code, or in a ring, leaves the error as it was', () => {
  const ring = new Error('a');
  ring.cause = ring;
  for (const cause of [undefined, new Error('odd'), ring]) {
    const { thrown, error } = explain(cause);
    assert.equal(error, thrown);
  }
});

test('only what fetch throws is explained', () => {
  const other = new RangeError('x');
  assert.equal(connectionError(other, 'GET', url), other);
});
