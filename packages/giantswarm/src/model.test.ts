import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as members from './members.ts';
import { V4CreateAuthTokenRequest, V4CreateAuthTokenResponse, V4GenericResponse } from './models.ts';

test('fields read undefined until set, and only set ones become JSON', () => {
  const model = new V4CreateAuthTokenRequest();
  assert.equal(model.email, undefined);
  assert.equal(model.passwordBase64, undefined);
  assert.ok('password_base64' in model);
  assert.equal(JSON.stringify(model), '{}');
  model.email = 'a@b.de';
  assert.equal(JSON.stringify(model), '{"email":"a@b.de"}');
});

test('an alias and its wire name are one field', () => {
  const model = new V4CreateAuthTokenRequest();
  model.passwordBase64 = 'cA==';
  assert.equal(model.password_base64, 'cA==');
  assert.equal(JSON.stringify(model), '{"password_base64":"cA=="}');
  const response = V4CreateAuthTokenResponse.constructFromObject({ auth_token: 't' });
  assert.equal(response.authToken, 't');
  assert.deepEqual(Object.keys(response), ['auth_token']);
});

test('constructFromObject copies known keys, makes text, keeps null, fills what it is given', () => {
  const model = V4GenericResponse.constructFromObject({ code: 5, message: null, unknown: 1 });
  assert.ok(model instanceof V4GenericResponse);
  assert.deepEqual({ ...model }, { code: '5', message: null });
  const target = new V4GenericResponse();
  assert.equal(V4GenericResponse.constructFromObject({ code: 'C' }, target), target);
  assert.equal(target.code, 'C');
  assert.equal(V4GenericResponse.constructFromObject(null, target), target);
  assert.equal(V4GenericResponse.constructFromObject(undefined), undefined);
});

test('every model bears its name, inherits the old way and the new', () => {
  const models = Object.entries(members).filter(([name]) => name.startsWith('V4'));
  assert.equal(models.length, 22);
  for (const [name, model] of models) assert.equal(model.name, name);
  class Mine extends V4GenericResponse {}
  assert.ok(new Mine() instanceof V4GenericResponse);
  const old = Object.create(V4GenericResponse.prototype);
  V4GenericResponse.call(old);
  assert.equal(old.code, undefined);
});
