import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf } from './known-endpoints.ts';

const known = { endpoints: { 'https://one.example.com': { alias: 'hive', accounts: {} } } };

test('an address is a host, with or without its scheme, or an alias', () => {
  for (const [name, address] of [
    ['hive', 'https://one.example.com'],
    ['login.example.com', 'https://login.example.com'],
    ['https://login.example.com/', 'https://login.example.com'],
    ['HTTP://Login.example.com:80', 'http://login.example.com'],
    ['localhost:8420', 'https://localhost:8420'],
    ['http://[::1]:8420', 'http://[::1]:8420'],
  ] as const) {
    assert.equal(addressOf(name, known), address);
  }
});

test('what would lead elsewhere, or lose a part of it, is refused as wrong usage', () => {
  for (const name of [
    'htp://login.example.com',
    'http:/127.0.0.1:8420',
    'http:///127.0.0.1:8420',
    'ftp://login.example.com',
    'https:login.example.com',
    'https:\\\\login.example.com',
    'login.example.com/path',
    'https://login.example.com/console/',
    'login.example.com?tenant=1',
    'login.example.com#x',
    '',
  ]) {
    assert.throws(() => addressOf(name, known), { name: 'CommandError', exitCode: 2 }, name);
  }
});
