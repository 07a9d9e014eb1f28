import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fakeIo } from '../fake-io.test-support.ts';
import { type Parsed, parse } from '../parsed.test-support.ts';
import { buildProgram } from '../program.ts';
import { describeAll } from './describe.ts';

const at = 'https://login.example.com';

/** What is typed, which command it is, its arguments, its options. */
const understood: readonly [string, string, unknown[], object][] = [
  ['audit list', 'audit list', [], { limit: 50 }],
  [
    'audit list --user a@x.de --actor b@x.de --event login.failed --request r1 --since 2030-01-31 --limit 7 --json --exact',
    'audit list',
    [],
    {
      user: 'a@x.de',
      actor: 'b@x.de',
      event: 'login.failed',
      request: 'r1',
      since: '2030-01-31T00:00:00.000Z',
      limit: 7,
      json: true,
      exact: true,
    },
  ],
  [
    'config show --config g.yaml --listen h:1 --json',
    'config show',
    [],
    { config: 'g.yaml', listen: 'h:1', json: true },
  ],
  ['config check', 'config check', [], {}],
  ['users set-role a@x.de administrator', 'users set-role', ['a@x.de', 'administrator'], {}],
  ['users set-groups a@x.de ops dev', 'users set-groups', ['a@x.de', ['ops', 'dev']], {}],
  ['users set-groups a@x.de', 'users set-groups', ['a@x.de', []], {}],
  ['users set-expiry a@x.de never', 'users set-expiry', ['a@x.de', '0001-01-01T00:00:00Z'], {}],
  ['users create a@x.de', 'users create', ['a@x.de'], { expiry: '0001-01-01T00:00:00Z' }],
  [
    'tokens create a@x.de --name backup --expiry 2030-01-31T12:00:00+01:00 --scope orders:read audit',
    'tokens create',
    ['a@x.de'],
    { name: 'backup', expiry: '2030-01-31T12:00:00+01:00', scope: ['orders:read', 'audit'] },
  ],
  ['users disable a@x.de --offline', 'users disable', ['a@x.de'], { offline: true }],
  ['audit export', 'audit export', [], { format: 'ndjson' }],
  ['audit export --format csv --output x.csv', 'audit export', [], { format: 'csv', output: 'x.csv' }],
  ['audit verify', 'audit verify', [undefined], {}],
  ['audit verify trail.ndjson --public-key a b', 'audit verify', ['trail.ndjson'], { publicKey: ['a', 'b'] }],
  [
    'audit verify --offline --data-dir d --earlier e',
    'audit verify',
    [undefined],
    { offline: true, dataDir: 'd', earlier: 'e' },
  ],
  ['audit key --offline', 'audit key', [], { offline: true }],
  ['activities', 'activities', [], { step: '1h' }],
  [
    'activities --step 5m --activity login --until 2030-01-31T12:00:00+01:00',
    'activities',
    [],
    { step: '5m', activity: 'login', until: '2030-01-31T11:00:00.000Z' },
  ],
  ['trace r1 --exact', 'trace', ['r1'], { exact: true }],
  ['users unlock a@x.de --offline', 'users unlock', ['a@x.de'], { offline: true }],
  ['users erase a@x.de --yes', 'users erase', ['a@x.de'], { yes: true }],
  [`login -e ${at}`, 'login', [undefined], { endpoint: at }],
  ['login a@x.de', 'login', ['a@x.de'], {}],
  ['logout --all', 'logout', [], { all: true }],
  ['token --header -a a@x.de', 'token', [], { header: true, account: 'a@x.de' }],
  ['endpoints list --json', 'endpoints list', [], { json: true }],
  ['endpoints select prod -a a@x.de', 'endpoints select', ['prod'], { account: 'a@x.de' }],
  ['endpoints remove prod --force', 'endpoints remove', ['prod'], { force: true }],
  ['endpoints import', 'endpoints import', [undefined], {}],
  ['ping -e prod', 'ping', [], { endpoint: 'prod' }],
  ['info --json', 'info', [], { json: true }],
];

suite('command lines are understood', () => {
  for (const [line, command, args, options] of understood) {
    test(line, async () => {
      const { commandLine: _, ...parsed } = (await parse(line.split(' '))) as Parsed;
      assert.deepEqual(parsed, { command, args, options });
    });
  }
});

suite('command lines are refused with a reason, and exit code 2', () => {
  for (const [line, reason] of [
    ['audit', /Usage: guardbee audit/],
    ['audit list --limit 0', /number from 1 to 100000/],
    ['audit list --limit 1e3', /number from 1/],
    ['audit list --since soon', /A moment is a time like/],
    ['audit list --since 2030-02-31T00:00:00', /A moment is/],
    ['audit export --format xml', /Allowed choices are ndjson, csv/],
    ['users set-expiry a@x.de tomorrow', /It is a time with a zone, like 2030-01-31T12:00:00Z, or never\./],
    ['users set-expiry a@x.de 2030-01-31', /It is a time with a zone/],
    ['users create a@x.de --expiry 2030-13-31T12:00:00Z', /It is a time with a zone/],
    ['users set-groups a@x.de ops a,b', /A group has 1 to 100 characters, no comma/],
    ['tokens create a@x.de --expiry tomorrow', /It is a time with a zone/],
    ['tokens create a@x.de --scope orders:read "', /A scope has up to 100 letters, digits and marks/],
    ['activities --step 2m', /Allowed choices are 1m/],
    ['trace', /missing required argument/],
    ['users erase', /missing required argument/],
    ['endpoints select', /missing required argument/],
    ['token --password x', /unknown option/],
  ] as const) {
    test(line, async () => {
      const { code, complaint } = (await parse(line.split(' '))) as { code: number; complaint: string };
      assert.equal(code, 2);
      assert.match(complaint, reason);
    });
  }
});

test('every command has --json', () => {
  const leaves = describeAll(buildProgram(fakeIo(), '1.2.3')).filter(({ commands }) => commands.length === 0);
  assert.ok(leaves.length > 40);
  assert.deepEqual(
    leaves.filter(({ options }) => !options.some(({ names }) => names.includes('--json'))),
    [],
  );
});

test('the manual and the completion scripts are one text each in JSON', async () => {
  for (const line of ['man', 'completion bash', 'completion zsh', 'completion fish']) {
    const [text, json] = [fakeIo(), fakeIo()];
    await buildProgram(text, '1.2.3').parseAsync(line.split(' '), { from: 'user' });
    await buildProgram(json, '1.2.3').parseAsync([...line.split(' '), '--json'], { from: 'user' });
    assert.deepEqual(JSON.parse(json.stdout), { text: text.stdout.trimEnd() });
  }
});

suite('the service is told which command it was, without what was typed', () => {
  const secret = 'hunter2hunter2hunter2';
  for (const [words, told] of [
    [['whoami'], 'guardbee whoami'],
    [['users', 'show', secret], 'guardbee users show <email>'],
    [['audit', 'list', '--user', secret, '--limit', '20'], 'guardbee audit list --user <email> --limit 20'],
    [['audit', 'verify', '--public-key', secret, secret], 'guardbee audit verify --public-key <file...>'],
    [
      ['activities', '--step', '5m', '-e', `https://u:${secret}@x`],
      'guardbee activities --endpoint <url> --step 5m',
    ],
    [['tokens', 'revoke', secret, secret], 'guardbee tokens revoke <id...>'],
    [
      ['login', secret, '--password-file', secret, '--json'],
      'guardbee login <email> --password-file <file> --json',
    ],
    [
      ['users', 'create', secret, '--expiry', '2030-01-31T12:00:00Z'],
      'guardbee users create <email> --expiry 2030-01-31T12:00:00Z',
    ],
    [
      ['tokens', 'create', secret, '--name', secret, '--scope', secret],
      'guardbee tokens create <email> --name <name> --scope <scope...>',
    ],
  ] as const) {
    test(told, async () => {
      const parsed = (await parse(words)) as { commandLine: string };
      const sorted = (line: string) => line.split(/ (?=--)/).sort();
      assert.deepEqual(sorted(parsed.commandLine), sorted(told));
      assert.ok(!parsed.commandLine.includes(secret));
    });
  }
});
