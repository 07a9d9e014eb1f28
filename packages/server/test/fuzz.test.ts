import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { call, type Reply } from './http.ts';
import { raw } from './raw.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/**
 * Every operation of the service's own OpenAPI document, with what nobody has thought of. `FUZZ_RUNS=1000` for longer.
 * Whatever comes in: an answer below 500, the generic body on a refusal, no value taken for one of another type, and a
 * service that goes on. What does not answer within `PATIENCE` counts as hanging.
 */

const RUNS = Number(process.env.FUZZ_RUNS ?? 60);
const PATIENCE = 20_000;

interface Schema {
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
}
interface Operation {
  readonly method: string;
  readonly path: string;
  /** Names of query parameters. */
  readonly query: readonly string[];
  /** The body's keys with their types. */
  readonly keys: Readonly<Record<string, Schema>>;
}

let service: TestService;
let token: string;
let operations: Operation[];

/** Streams don't end; what ends the token that this lives on is asked with junk for a token only. */
const isStream = ({ path }: Operation): boolean => path === '/v4/revocations/';
const endsTokens = ({ method, path }: Operation): boolean =>
  method === 'DELETE' || path.endsWith('/password/') || path === '/oauth2/revoke' || method === 'PATCH';

before(async () => {
  // What is throttled is never seen by what lies behind the throttle.
  service = await startTestService({ GUARDBEE_THROTTLE_SOURCE: '1000000' });
  token = await logIn();
  const { body } = await call(service.url, 'GET', '/openapi.json');
  operations = Object.entries(body.paths as Record<string, Record<string, OpenApiOperation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
        keys: requestBody?.content['application/json']?.schema.properties ?? {},
      })),
  );
});
after(() => service.close());

interface OpenApiOperation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
}

async function logIn(): Promise<string> {
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  return (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
}

async function hashes(): Promise<number> {
  const { text } = await call(service.url, 'GET', '/metrics');
  return Number(/^guardbee_password_hashes_total (\d+)$/m.exec(text)?.[1]);
}

const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 400 }),
  fc.constantFrom(
    '',
    '\0',
    '..',
    '%',
    '%2e%2e',
    '-1',
    '1e9',
    'NaN',
    'true',
    '0001-01-01T00:00:00Z',
    '9'.repeat(400),
  ),
);
const plausible = fc.constantFrom(
  ADMIN.email,
  '100',
  'login',
  'current',
  '2030-01-01T00:00:00Z',
  '1h',
  'ok',
  'csv',
);
const value = fc.oneof(junk, plausible);

/** Text as it may stand in a URL: encoded as it should be, or as somebody thinks it should be. */
const inUrl = fc.oneof(
  value.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.stringMatching(/^[!-~]{0,40}$/).map((text) => text.replaceAll('#', '')),
);

const headerValue = fc.stringMatching(/^[ -~]{0,200}$/);
const headers = fc.record(
  {
    'content-type': fc.oneof(headerValue, fc.constantFrom('application/json', 'text/plain; charset=utf-16')),
    accept: headerValue,
    'x-request-id': headerValue,
    'x-giant-swarm-activity': headerValue,
    'x-giant-swarm-cmdline': headerValue,
    traceparent: headerValue,
    'x-forwarded-for': headerValue,
    'user-agent': headerValue,
    cookie: headerValue,
    origin: headerValue,
    'if-none-match': headerValue,
    'last-event-id': headerValue,
    range: headerValue,
  },
  { requiredKeys: [] },
);

function bodyOf(keys: readonly string[]): fc.Arbitrary<string | Uint8Array | undefined> {
  const named = fc.dictionary(
    keys.length === 0
      ? fc.string()
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...keys) }, fc.string()),
    fc.oneof(value, fc.jsonValue()),
    { maxKeys: 6 },
  );
  return fc.oneof(
    { weight: 3, arbitrary: named.map((object) => JSON.stringify(object)) },
    fc.jsonValue().map((json) => JSON.stringify(json)),
    fc.uint8Array({ maxLength: 300 }),
    fc.constant(undefined),
  );
}

function pathOf({ path, query }: Operation): fc.Arbitrary<string> {
  const parts = path.split(/(\{[^}]+\}|\*)/).map((part) => (/^[{*]/.test(part) ? inUrl : fc.constant(part)));
  const name =
    query.length === 0 ? inUrl : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...query) }, inUrl);
  return fc
    .tuple(fc.tuple(...parts), fc.array(fc.tuple(name, inUrl), { maxLength: 4 }))
    .map(([pieces, pairs]) => {
      const question = pairs.map(([key, text]) => `${key}=${text}`).join('&');
      return pieces.join('') + (question === '' ? '' : `?${question}`);
    });
}

function assertSound(reply: Reply, what: string): void {
  assert.ok(reply.status >= 200 && reply.status < 500, `${what}: ${reply.status} ${reply.text}`);
  if (reply.status >= 400 && reply.body?.active !== false) {
    assert.ok(
      typeof reply.body?.code === 'string' || typeof reply.body?.error === 'string',
      `${what}: ${reply.text}`,
    );
  }
}

async function withinPatience<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

test('every operation answers junk in path, query, headers and body below 500', async () => {
  for (const operation of operations.filter((one) => !isStream(one))) {
    const { method } = operation;
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const authorization = fc.oneof(
      endsTokens(operation) ? fc.constant('giantswarm junk') : fc.constant(`giantswarm ${token}`),
      headerValue,
    );
    await fc.assert(
      fc.asyncProperty(
        pathOf(operation),
        headers,
        hasBody ? bodyOf(Object.keys(operation.keys)) : fc.constant(undefined),
        authorization,
        async (path, others, body, credential) => {
          const sent = {
            headers: { ...others, authorization: credential },
            ...(body === undefined ? {} : { body }),
          };
          const what = `${method} ${path} ${JSON.stringify(sent)}`;
          assertSound(await withinPatience(call(service.url, method, path, sent), what), what);
        },
      ),
      { numRuns: RUNS },
    );
  }
  assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).body.email, ADMIN.email);
});

test('no key of any body takes a value of another type, and no hash is computed for one', async () => {
  const samples: Record<string, unknown> = {
    string: 'text',
    number: 1.5,
    integer: 7,
    boolean: true,
    array: [],
    object: { toString: 'x' },
    null: null,
  };
  const alike: Record<string, readonly string[]> = { number: ['integer', 'number'], integer: ['integer'] };
  const valid: Record<string, unknown> = {
    email: 'new@example.com',
    password_base64: base64('x'),
    password: base64('velvet anchor mosaic thunder'),
    current_password_base64: base64(ADMIN.password),
    new_password_base64: base64('velvet anchor mosaic thunder'),
  };
  const before = await hashes();
  let tried = 0;
  for (const { method, path, keys } of operations) {
    for (const [key, { type }] of Object.entries(keys)) {
      if (type === undefined) continue;
      for (const [other, sample] of Object.entries(samples)) {
        if (other === type || alike[type]?.includes(other)) continue;
        const own = Object.fromEntries(
          Object.keys(keys).flatMap((name) => (name in valid ? [[name, valid[name]]] : [])),
        );
        if (path === '/v4/users/{email}/') delete own.email;
        const target = path.replace('{email}', encodeURIComponent(ADMIN.email)).replace('{id}', 'x');
        const body = { ...own, [key]: sample };
        const reply = await call(service.url, method, target, { token, body });
        const isRefused =
          reply.status === 400 || (path.startsWith('/apis/') && reply.body?.status?.authenticated !== true);
        assert.ok(
          isRefused,
          `${method} ${path} ${JSON.stringify({ [key]: sample })}: ${reply.status} ${reply.text}`,
        );
        tried += 1;
      }
    }
  }
  assert.ok(tried > 50, `only ${tried} were tried`);
  assert.equal(await hashes(), before);
});

test('no query parameter takes what it should not, and says so', async () => {
  const unheard = ['%00', 'a%0Ab', '-1', '1.5', '9'.repeat(30), '%F0%28', '[]', '{}', 'null', "'--"];
  for (const { method, path, query } of operations) {
    for (const name of query.filter((one) => one === 'limit' || one === 'cursor' || one === 'step')) {
      for (const text of unheard) {
        const target = path.replace('{email}', encodeURIComponent(ADMIN.email)).replace('{id}', 'x');
        const reply = await call(service.url, method, `${target}?${name}=${text}`, { token });
        assert.equal(reply.status, 400, `${method} ${target}?${name}=${text}: ${reply.text}`);
      }
    }
  }
});

/** A request as it should be, byte by byte; then somebody changes it. */
function requestText({ method, path, query, keys }: Operation): string {
  const body = Object.keys(keys).length === 0 ? '' : JSON.stringify({ email: 'x', password_base64: 'eA==' });
  const question = query.length === 0 ? '' : `?${query[0]}=1`;
  return [
    `${method} ${path.replaceAll(/[{}*]/g, '')}${question} HTTP/1.1`,
    'Host: localhost',
    'Authorization: giantswarm junk',
    'X-Request-ID: one',
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    '',
    body,
  ].join('\r\n');
}

type Change = (text: Buffer, at: number, byte: number) => Buffer;

const CHANGES: readonly Change[] = [
  (text, at, byte) => Buffer.concat([text.subarray(0, at), Buffer.of(byte), text.subarray(at + 1)]),
  (text, at, byte) => Buffer.concat([text.subarray(0, at), Buffer.of(byte), text.subarray(at)]),
  (text, at) => Buffer.concat([text.subarray(0, at), text.subarray(at + 1)]),
  (text, at) => text.subarray(0, at),
  (text, at, byte) => Buffer.concat([text.subarray(0, at), text.subarray(at, at + byte), text.subarray(at)]),
  (text, at, byte) => {
    const lines = text.toString('latin1').split('\r\n');
    lines.splice(1 + (at % 4), 0, lines[1 + (byte % 4)] ?? '');
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
];

test('whatever bytes come over a connection, it is answered below 500 or closed', async () => {
  const change = fc.tuple(fc.constantFrom(...CHANGES), fc.nat(600), fc.nat(255));
  const changed = fc
    .tuple(
      fc.constantFrom(...operations.filter((one) => !isStream(one))),
      fc.array(change, { minLength: 1, maxLength: 4 }),
    )
    .map(([operation, changes]) =>
      changes.reduce<Buffer>(
        (text, [apply, at, byte]) => apply(text, at % Math.max(text.length, 1), byte),
        Buffer.from(requestText(operation)),
      ),
    );
  await fc.assert(
    fc.asyncProperty(fc.array(changed, { minLength: 40, maxLength: 40 }), async (requests) => {
      const replies = await Promise.all(requests.map((bytes) => raw(service.url, bytes, 300)));
      for (const [n, { text }] of replies.entries()) {
        for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d{3})/gm))
          assert.ok(Number(status) < 500, `${requests[n]?.toString('latin1')}\n→ ${text}`);
      }
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
  assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).status, 200);
});
