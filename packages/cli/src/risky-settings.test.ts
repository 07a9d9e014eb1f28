import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '@guardbee/server';
import { riskySettings } from './risky-settings.ts';

const risks = (env: Record<string, string>): string[] => riskySettings(readConfig(env, {}));

test('who can be reached from elsewhere without TLS is warned, and nobody else', () => {
  for (const listen of ['0.0.0.0:8420', '[::]:8420', '192.0.2.1:8420']) {
    const [warning, ...more] = risks({ GUARDBEE_LISTEN: listen });
    assert.match(warning ?? '', /without TLS/, listen);
    assert.deepEqual(more, []);
  }
  for (const listen of ['127.0.0.1:8420', '127.0.0.2:1', '[::1]:8420', 'localhost:8420'])
    assert.deepEqual(risks({ GUARDBEE_LISTEN: listen }), [], listen);
  assert.deepEqual(risks({}), []);
  assert.deepEqual(risks({ GUARDBEE_LISTEN: '0.0.0.0:1', GUARDBEE_TRUSTED_PROXIES: '10.0.0.0/8' }), []);
  assert.deepEqual(riskySettings(readConfig({ GUARDBEE_LISTEN: '0.0.0.0:1' }, { tlsSelfSigned: true })), []);
});
