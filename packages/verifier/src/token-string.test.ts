import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tokenString } from '../test/peer-service.ts';
import { isTokenString } from './token-string.ts';

suite('a token string', () => {
  test('counts when form and checksum are right', () => {
    for (let i = 0; i < 1_000; i += 1) assert.ok(isTokenString(tokenString()));
    // fixed: what the service has issued keeps its form
    assert.ok(isTokenString(`guardbee_${'v'.repeat(43)}LrAMzQ`));
  });

  test('does not count with any one character changed, missing or added', () => {
    const token = tokenString();
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      assert.ok(!isTokenString(token.slice(0, at) + other + token.slice(at + 1)), `changed at ${at}`);
      assert.ok(!isTokenString(token.slice(0, at) + token.slice(at + 1)), `missing at ${at}`);
      assert.ok(!isTokenString(`${token.slice(0, at)}A${token.slice(at)}`), `added at ${at}`);
    }
    for (const junk of ['', 'guardbee_', `${token}\n`, ` ${token}`, token.toUpperCase(), `${token}=`]) {
      assert.ok(!isTokenString(junk), JSON.stringify(junk));
    }
  });
});
