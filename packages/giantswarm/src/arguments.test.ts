import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readArguments } from './arguments.ts';

const opts = { xRequestID: 'r' };
const body = { password: 'x' };
const read = (required: ('email' | 'body')[], ...args: unknown[]) => {
  const { authorization, email, body, opts } = readArguments('op', required, args);
  return [authorization, email, body, opts];
};
const missing = (name: string) => ({ message: `Missing the required parameter '${name}' when calling op` });

test('operations without required arguments take both generations', () => {
  assert.deepEqual(read([]), [undefined, '', null, {}]);
  assert.deepEqual(read([], opts), [undefined, '', null, opts]);
  assert.deepEqual(read([], null), [undefined, '', null, {}]);
  assert.deepEqual(read([], 'giantswarm t'), ['giantswarm t', '', null, {}]);
  assert.deepEqual(read([], 't', opts), ['t', '', null, opts]);
  assert.throws(() => read([], undefined, opts), missing('authorization'));
});

test('operations on a user take both generations', () => {
  assert.deepEqual(read(['email'], 'a@b.de'), [undefined, 'a@b.de', null, {}]);
  assert.deepEqual(read(['email'], 'email_example', opts), [undefined, 'email_example', null, opts]);
  assert.deepEqual(read(['email'], 'a@b.de', undefined), [undefined, 'a@b.de', null, {}]);
  assert.deepEqual(read(['email'], 't', 'a@b.de'), ['t', 'a@b.de', null, {}]);
  assert.deepEqual(read(['email'], 't', 'email_example', opts), ['t', 'email_example', null, opts]);
});

test('operations with a body take both generations', () => {
  const required: ['email', 'body'] = ['email', 'body'];
  assert.deepEqual(read(required, 'a@b.de', body), [undefined, 'a@b.de', body, {}]);
  assert.deepEqual(read(required, 'a@b.de', body, opts), [undefined, 'a@b.de', body, opts]);
  assert.deepEqual(read(required, 'a@b.de', '{"password":"x"}', opts), [
    undefined,
    'a@b.de',
    '{"password":"x"}',
    opts,
  ]);
  assert.deepEqual(read(required, 't', 'a@b.de', body), ['t', 'a@b.de', body, {}]);
  assert.deepEqual(read(required, 't', 'a@b.de', '{}', opts), ['t', 'a@b.de', '{}', opts]);
  assert.deepEqual(read(required, 't', 'a@b.de', body, opts), ['t', 'a@b.de', body, opts]);
});

test('what is missing is named, in both generations', () => {
  assert.throws(() => read(['email']), missing('email'));
  assert.throws(() => read(['email'], null), missing('email'));
  assert.throws(() => read(['email'], undefined, 'a@b.de'), missing('authorization'));
  assert.throws(() => read(['email', 'body']), missing('email'));
  assert.throws(() => read(['email', 'body'], 'a@b.de'), missing('body'));
  assert.throws(() => read(['email', 'body'], 'a@b.de', null), missing('body'));
  assert.throws(() => read(['email', 'body'], 't', 'a@b.de'), missing('body'));
  assert.throws(() => read(['email', 'body'], 't', undefined, body, opts), missing('email'));
});

test('a token with a forgotten e-mail never becomes part of a URL', () => {
  assert.throws(() => read(['email'], 'token123', undefined), missing('email'));
  assert.throws(() => read(['email'], 'token123', undefined, opts), missing('email'));
  for (const scheme of ['giantswarm', 'Bearer', 'TOKEN', 'basic']) {
    assert.throws(() => read(['email'], `${scheme} token123`), missing('email'));
    assert.throws(() => read(['email', 'body'], `${scheme} token123`, body), missing('email'));
  }
});

test('what a URL would resolve away is no e-mail and no id, in both generations', () => {
  for (const dots of ['.', '..']) {
    const refused = (name: string) => ({
      message: `The parameter '${name}' must not be '${dots}' when calling op`,
    });
    assert.throws(() => read(['email'], dots, opts), refused('email'));
    assert.throws(() => read(['email'], 't', dots), refused('email'));
    assert.throws(() => read(['email', 'body'], dots, body), refused('email'));
    assert.throws(() => readArguments('op', ['id'], [dots, opts]), refused('id'));
    assert.throws(() => readArguments('op', ['id'], [{ toString: () => dots }]), refused('id'));
  }
  assert.deepEqual(read(['email'], '...'), [undefined, '...', null, {}]);
});

test('any e-mail and any token end up in their own places', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.stringMatching(/^(giantswarm )?[\w.~+/-]{1,80}=*$/), (email, token) => {
      assert.deepEqual(read(['email'], email, opts).slice(0, 2), [undefined, email]);
      assert.deepEqual(read(['email', 'body'], email, body).slice(0, 2), [undefined, email]);
      // an e-mail that opens with { is legal, and looks like JSON: with options it is told apart by their number
      assert.deepEqual(read(['email'], token, email, opts).slice(0, 2), [token, email]);
      assert.deepEqual(read(['email', 'body'], token, email, body, opts).slice(0, 3), [token, email, body]);
    }),
  );
});
