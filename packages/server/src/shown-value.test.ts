import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS } from './settings.ts';
import { quotedValue, shownValue } from './shown-value.ts';

test('of a database URL everything is shown but the password', () => {
  for (const [url, shown] of [
    ['sqlite:/var/lib/guardbee/a@b:c.db', 'sqlite:/var/lib/guardbee/a@b:c.db'],
    ['postgres://me@db:5432/x?sslmode=require', 'postgres://me@db:5432/x?sslmode=require'],
    ['postgres:///x?host=/run/postgresql', 'postgres:///x?host=/run/postgresql'],
    ['postgres://me:hunter2@db/x?sslmode=foo', 'postgres://me:(hidden)@db/x?sslmode=foo'],
    ['postgres://:hunter2@db/x', 'postgres://:(hidden)@db/x'],
    ['mysql://me:hunter2@db:port/x', 'mysql://me:(hidden)@db:port/x'],
    ['postgres://db/x?sslmode=require&password=hunter2', 'postgres://db/x?sslmode=require&password=(hidden)'],
  ] as const)
    assert.equal(shownValue(SETTINGS.databaseUrl, url), shown);
});

test('a password that makes the URL a wrong one is hidden all the same', () => {
  for (const password of [
    'hunter2@',
    'hunter2/hunter2',
    'hunter2?hunter2',
    '1#hunter2',
    'a:hunter2',
    '\nhunter2',
  ])
    assert.equal(
      shownValue(SETTINGS.databaseUrl, `postgres://me:${password}@db/x`),
      'postgres://me:(hidden)@db/x',
    );
  for (const text of ['host=db password=hunter2', 'me:hunter2@db/x', 'postgres:/me:hunter2@db/x'])
    assert.equal(shownValue(SETTINGS.databaseUrl, text), '(hidden)');
});

test('of another secret nothing is shown, and what is no secret is quoted', () => {
  assert.equal(shownValue(SETTINGS.adminPassword, 'postgres://me@db/x'), '(hidden)');
  assert.equal(quotedValue(SETTINGS.adminPassword, 'hunter2'), '(hidden)');
  assert.equal(quotedValue(SETTINGS.databaseUrl, 'sqlite:a'), '"sqlite:a"');
  assert.equal(quotedValue(SETTINGS.listen, 'a\nb'), '"a\\nb"');
});
