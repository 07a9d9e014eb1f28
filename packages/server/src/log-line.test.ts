import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prettyLine } from './log-line.ts';

test('a line for a terminal has the time, the level, what happened and its fields', () => {
  const json =
    '{"level":"info","time":"2030-01-31T12:34:56.789Z","request_id":"x","status":200,"msg":"request"}\n';
  assert.equal(prettyLine(json), '12:34:56 INFO  request request_id=x status=200\n');
});

test("a value can't write control characters to the terminal", () => {
  const line = prettyLine(
    JSON.stringify({ level: 'info', time: '2030-01-31T12:34:56Z', msg: 'x', a: '\x1b[2J\x07\x9b2J\u202e' }),
  );
  for (const control of ['\x1b', '\x07', '\x9b', '\u202e']) assert.ok(!line.includes(control));
});
