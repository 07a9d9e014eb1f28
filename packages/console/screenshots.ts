/**
 * `node packages/console/screenshots.ts [folder]` makes the pictures of docs/images from the console as it is built, with a
 * made-up day behind it. Without it they would show an older one.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../giantswarm/test/launch-chromium.ts';
import { call } from '../server/test/http.ts';
import { ADMIN, base64, startTestService, type TestService } from '../server/test/service.ts';

const isAll = process.argv[2] !== undefined;
const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs/images');
const HOUR = 3_600_000;
const PASSWORD = 'a pass phrase for everybody';
const TRACED = 'deploy-orders-4711';
/** Always the same day. */
let seed = 7;
const chance = () => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
};

const PEOPLE = ['jane@example.com', 'omar@example.com', 'li@example.com', 'deploy@example.com'];
const DOINGS = [
  ['list-clusters', 'gsctl/0.24.1', 'GET', '/v4/user/'],
  ['create-cluster', 'happa/1.5', 'GET', '/v4/auth-tokens/'],
  ['deploy-orders', 'deploy-bot/3.2', 'GET', '/verify'],
  ['nightly-backup', 'curl/8.9.1', 'GET', '/v4/auth-tokens/'],
] as const;

const PLACES = {
  tokens: '#/tokens',
  activities: '#/activities',
  users: '#/users',
  user: '#/users/jane@example.com',
  audit: '#/audit',
  requests: '#/requests',
  request: `#/requests/${TRACED}`,
  health: '#/health',
} as const;
/** Those that the guides show; all of them where a folder is given, to look at. */
const LOOKS: readonly (readonly ['light' | 'dark', number, number, string, readonly string[]])[] = [
  ['light', 1200, 780, '', ['tokens', 'activities']],
  ['dark', 1200, 780, '-dark', ['request']],
  ['dark', 390, 844, '-phone', []],
];

async function logIn(url: string, email: string, password = PASSWORD, more: object = {}): Promise<string> {
  const body = { email, password_base64: base64(password), ...more };
  return (await call(url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
}

/** A day of a small company's work, an hour at a time. */
async function makeHistory({ url, clock }: TestService): Promise<void> {
  const admin = await logIn(url, ADMIN.email, ADMIN.password, { name: 'laptop' });
  const tokens: string[] = [];
  for (const email of PEOPLE) {
    const path = `/v4/users/${email}/`;
    await call(url, 'PUT', path, { token: admin, body: { password: base64(PASSWORD) } });
    await call(url, 'PATCH', path, {
      token: admin,
      body: { groups: email.startsWith('deploy') ? ['ci'] : ['team'] },
    });
    tokens.push(await logIn(url, email, PASSWORD, { name: 'gsctl on the laptop' }));
  }
  for (let hour = 0; hour < 24; hour++) {
    clock.advance(HOUR);
    const busy = 3 + Math.round(14 * Math.max(0.1, Math.sin(((hour - 3) / 20) * Math.PI)));
    for (let n = 0; n < busy; n++) {
      const which = Math.floor(chance() * DOINGS.length);
      const [activity, agent, method, path] = DOINGS[which] ?? DOINGS[0];
      const token = tokens[Math.floor(chance() * tokens.length)];
      const headers = { 'x-giant-swarm-activity': activity, 'user-agent': agent };
      const isRefused = chance() < 0.06;
      await call(url, method, isRefused ? '/v4/users/' : path, { token, headers });
    }
  }
  await call(url, 'PATCH', '/v4/users/li@example.com/', { token: admin, body: { disabled: true } });
  const headers = {
    'x-request-id': TRACED,
    'x-giant-swarm-activity': 'deploy-orders',
    'user-agent': 'deploy-bot/3.2',
  };
  const body = {
    email: 'deploy@example.com',
    password_base64: base64(PASSWORD),
    name: 'orders',
    scopes: ['orders:write'],
  };
  const { body: made } = await call(url, 'POST', '/v4/auth-tokens/', { body, headers });
  await call(url, 'GET', '/verify', { token: made.auth_token, headers });
  await call(url, 'DELETE', '/v4/auth-tokens/', { token: made.auth_token, headers });
  const own = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  for (const more of [
    { name: 'backup on server 3', scopes: ['users', 'audit'] },
    { name: 'orders service', scopes: ['introspect'] },
  ]) {
    const expiry = new Date(Date.now() + 80 * 24 * HOUR).toISOString();
    const { body: token } = await call(url, 'POST', '/v4/auth-tokens/', {
      body: { ...own, ...more, expiry },
    });
    await call(url, 'GET', '/v4/user/', { token: token.auth_token, headers: { 'user-agent': 'curl/8.9.1' } });
  }
}

async function shoot(page: Page, url: string, hash: string, name: string): Promise<void> {
  await page.goto(`${url}/console/${hash}`);
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(name.startsWith('health') ? 12_000 : 600);
  await page.screenshot({ path: join(folder, `console-${name}.png`) });
}

mkdirSync(folder, { recursive: true });
const service = await startTestService({ GUARDBEE_INSTALLATION_NAME: 'example' }, undefined, 'info');
const browser = await launchChromium();
try {
  await makeHistory(service);
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.clock.setSystemTime(Date.now() + 24 * HOUR);
  await page.setViewportSize({ width: 1200, height: 780 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  if (isAll) await shoot(page, service.url, '', 'sign-in');
  else await page.goto(`${service.url}/console/`);
  await page.getByLabel('E-mail', { exact: true }).fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  for (const [scheme, width, height, ending, names] of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    for (const [name, hash] of Object.entries(PLACES)) {
      if (isAll || names.includes(name)) await shoot(page, service.url, hash, `${name}${ending}`);
    }
  }
} finally {
  await browser.close();
  await service.close();
}
