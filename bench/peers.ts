/**
 * `npm run bench:peers`: installs others into a temporary folder and drives them and Guardbee with the same work in turn: log in
 * with the right password, verify a token, log out. Prints a table; what is compared, and what isn't, stands in RESULTS.md.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { timed } from './clients.ts';
import { load } from './load.ts';
import { cpuSeconds, inTurn, residentMiB, show, spread } from './measure.ts';
import { ADMIN, SERVER_CORE, startGuardbee, startTarget, type Target, withFolder } from './processes.ts';

const ROUNDS = 5;
const LOGINS = 100;
const SECONDS = 3;

/** How each of them is asked. */
interface Peer {
  readonly install: readonly string[];
  readonly start: (folder: string, app: string, core: string | undefined) => Promise<Target>;
  readonly verifyPath: string;
  readonly logIn: (url: string) => Promise<string>;
  readonly logOut: (url: string, authorization: string) => Promise<void>;
}

async function ask(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  const reply = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status} ${await reply.text()}`);
  return reply;
}

const script =
  (name: string): Peer['start'] =>
  async (folder, app, core) => {
    copyFileSync(join(import.meta.dirname, 'peers', name), join(app, name));
    const file = join(folder, `${name}.db`);
    return startTarget([process.execPath, join(app, name), file, ADMIN.email, ADMIN.password], core);
  };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const PEERS: Readonly<Record<string, Peer>> = {
  guardbee: {
    install: [],
    start: (folder, _app, core) => startGuardbee(core, join(folder, 'guardbee-data')),
    verifyPath: '/v4/user/',
    async logIn(url) {
      const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
      const reply = await ask(`${url}/v4/auth-tokens/`, 'POST', {}, body);
      return `Bearer ${((await reply.json()) as { auth_token: string }).auth_token}`;
    },
    async logOut(url, authorization) {
      await (await ask(`${url}/v4/auth-tokens/`, 'DELETE', { authorization })).arrayBuffer();
    },
  },
  'better-auth': {
    install: ['better-auth@1.7.25'],
    start: script('better-auth.mjs'),
    verifyPath: '/api/auth/get-session',
    async logIn(url) {
      const body = { email: ADMIN.email, password: ADMIN.password };
      const reply = await ask(`${url}/api/auth/sign-in/email`, 'POST', { origin: 'http://127.0.0.1' }, body);
      await reply.arrayBuffer();
      return `Bearer ${reply.headers.get('set-auth-token')}`;
    },
    async logOut(url, authorization) {
      const headers = { authorization, origin: 'http://127.0.0.1' };
      await (await ask(`${url}/api/auth/sign-out`, 'POST', headers, {})).arrayBuffer();
    },
  },
  'a token table of one’s own': {
    install: ['fastify@5.12.8'],
    start: script('token-table.mjs'),
    verifyPath: '/user',
    async logIn(url) {
      const reply = await ask(`${url}/login`, 'POST', {}, { email: ADMIN.email, password: ADMIN.password });
      return `Bearer ${((await reply.json()) as { token: string }).token}`;
    },
    async logOut(url, authorization) {
      await (await ask(`${url}/logout`, 'POST', { authorization }, {})).arrayBuffer();
    },
  },
};

interface Measured {
  readonly verifications: number[];
  readonly cpu: number[];
  readonly logins: number[];
  readonly logouts: number[];
  readonly memory: number;
  readonly packages: string;
}

/** Installs a peer into a folder of its own; Guardbee is this checkout, its packages those of its lockfile. */
function install(app: string, packages: readonly string[]): string {
  if (packages.length === 0) return 'see docs/dependencies.md';
  writeFileSync(join(app, 'package.json'), '{"private":true,"type":"module"}');
  const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...packages];
  const { status, stderr } = spawnSync('npm', npm, { cwd: app, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const count = globSync('node_modules/**/package.json', { cwd: app }).filter((file) =>
    /^node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file),
  ).length;
  const size = spawnSync('du', ['-sm', 'node_modules'], { cwd: app, encoding: 'utf8' }).stdout.split('\t')[0];
  return `${count} packages, ${size} MB`;
}

async function measure(): Promise<Record<string, Measured>> {
  return withFolder(async (folder) => {
    const running: Record<
      string,
      { peer: Peer; target: Target; packages: string; memory: number; authorization: string }
    > = {};
    for (const [name, peer] of Object.entries(PEERS)) {
      const app = join(folder, String(Object.keys(running).length));
      spawnSync('mkdir', [app]);
      const packages = install(app, peer.install);
      const target = await peer.start(folder, app, undefined);
      const memory = residentMiB(target.pid);
      running[name] = { peer, target, packages, memory, authorization: await peer.logIn(target.url) };
    }
    const all = Object.entries(running);
    const each = (
      work: (one: (typeof running)[string]) => Promise<number>,
    ): Record<string, () => Promise<number>> =>
      Object.fromEntries(all.map(([name, one]) => [name, () => work(one)]));

    // On one core for verification, so that the load has the other for itself; logins may use them all.
    for (const [, { target }] of all) spawnSync('taskset', ['-acp', SERVER_CORE, String(target.pid)]);
    const cpu: Record<string, number[]> = {};
    const verifications = await inTurn(
      ROUNDS + 1,
      each(async ({ peer, target, authorization }) => {
        const before = cpuSeconds(target.pid);
        const url = target.url + peer.verifyPath;
        const { requests, seconds, notOk } = await load({
          kind: 'closed',
          url,
          authorization,
          connections: 32,
          seconds: SECONDS,
        });
        if (notOk > 0) throw new Error(`${notOk} of ${requests} requests to ${url} were refused`);
        const perRequest = ((cpuSeconds(target.pid) - before) / requests) * 1e6;
        cpu[url] = [...(cpu[url] ?? []), perRequest];
        return requests / seconds;
      }),
    );
    for (const [, { target }] of all)
      spawnSync('taskset', ['-acp', `0-${availableParallelism() - 1}`, String(target.pid)]);
    const logins = await inTurn(
      ROUNDS,
      each(async ({ peer, target }) => LOGINS / (await timed(LOGINS, 8, () => peer.logIn(target.url)))),
    );
    const logouts = await inTurn(
      ROUNDS,
      each(async ({ peer, target }) => {
        const tokens: string[] = [];
        await timed(64, 8, async () => void tokens.push(await peer.logIn(target.url)));
        return 64 / (await timed(64, 64, async () => peer.logOut(target.url, tokens.pop() ?? '')));
      }),
    );
    for (const [, { target }] of all) await target.stop();
    return Object.fromEntries(
      all.map(([name, { peer, target, memory, packages }]) => [
        name,
        {
          // The first round is for the compiler.
          verifications: verifications[name]?.slice(1) ?? [],
          cpu: cpu[target.url + peer.verifyPath]?.slice(1) ?? [],
          logins: logins[name] ?? [],
          logouts: logouts[name] ?? [],
          memory,
          packages,
        },
      ]),
    );
  });
}

console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim()}\n`);
const measured = await measure();
const names = Object.keys(measured);
const row = (what: string, of: (one: Measured) => string): void =>
  console.log(`| ${what} | ${names.map((name) => of(measured[name] as Measured)).join(' | ')} |`);
console.log(`| median (lowest–highest) | ${names.join(' | ')} |\n|---|${'---|'.repeat(names.length)}`);
row('verifications a second, 32 connections, one core', ({ verifications }) =>
  show(spread(verifications), 0),
);
row('CPU of the server per verification, µs', ({ cpu }) => show(spread(cpu), 0));
row('logins a second, 8 at once, all cores', ({ logins }) => show(spread(logins), 0));
row('logouts a second, 64 at once', ({ logouts }) => show(spread(logouts), 0));
row('memory after start, MiB', ({ memory }) => memory.toFixed(0));
row('installs', ({ packages }) => packages);
