import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { ADMIN, serve, temporaryFolder } from '../../../../test/guardbee.ts';
import { addUser, ask, logIn, PASSWORD } from '../api.ts';
import { context, service } from '../stage.ts';
import { Visitor } from '../visitor.ts';

suite('the session', () => {
  test('begins with a sign-in, outlives a reload, keeps nothing secret within reach of scripts, and ends', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open();
    await visitor.signIn();
    await page.getByText('This session').waitFor();
    await page.reload();
    await page.getByText('This session').waitFor();
    const kept = await page.evaluate(async () => ({
      cookie: document.cookie,
      local: JSON.stringify(localStorage),
      session: JSON.stringify(sessionStorage),
      caches: (await caches.keys()).length,
      databases: (await indexedDB.databases()).length,
    }));
    assert.deepEqual(kept, { cookie: '', local: '{}', session: '{}', caches: 0, databases: 0 });
    const [cookie] = await page.context().cookies();
    assert.deepEqual(
      [cookie?.name, cookie?.httpOnly, cookie?.sameSite, cookie?.path, cookie?.expires],
      ['guardbee-session', true, 'Strict', '/', -1],
    );
    assert.equal((await ask('GET', '/v4/user/', cookie?.value)).email, ADMIN.email);

    await visitor.click(/^Account/);
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    assert.equal((await ask('GET', '/v4/user/', cookie?.value)).code, 'PERMISSION_DENIED');
    assert.deepEqual(await page.context().cookies(), []);
    await page.goBack().catch(() => undefined);
    await page.goto(`${service.url}/console/#/tokens`);
    await visitor.heading('Sign in');
    visitor.assertQuiet();
  });

  test('that has ended elsewhere leads to the sign-in and back to where one was', async () => {
    const { token } = await logIn();
    await addUser(token, 'ended@example.com');
    const visitor = await Visitor.at(context, service.url);
    await visitor.open('#/password');
    await visitor.signIn('ended@example.com', PASSWORD);
    await visitor.heading('Password');
    await ask('DELETE', '/v4/users/ended@example.com/auth-tokens/', token);
    await visitor.page.getByRole('link', { name: 'My tokens' }).click();
    await visitor.page.getByText('Your session has ended.').waitFor();
    await visitor.signIn('ended@example.com', PASSWORD);
    await visitor.heading('My tokens');
    visitor.assertQuiet(401);
  });

  test('is refused with the service’s own words, and the form stays as it was', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open();

    await page.getByLabel('E-mail').fill('nobody@example.com');
    await page.getByLabel('Password', { exact: true }).fill('not it');
    await visitor.click('Sign in');
    const alert = page.getByRole('alert');
    await alert.getByText('The e-mail address or the password is wrong.').waitFor();
    assert.match(String(await alert.textContent()), /Request [0-9a-f]{32}/);
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'nobody@example.com');
    await visitor.assertAccessible();
    visitor.assertQuiet(401);
  });

  test('shows a user without rights no administration, and none by its address', async () => {
    const { token } = await logIn();
    await addUser(token, 'plain@example.com');
    const visitor = await Visitor.at(context, service.url);
    await visitor.open('#/users');
    await visitor.signIn('plain@example.com', PASSWORD);
    await visitor.page.getByText('There is no such page').waitFor();
    assert.equal(await visitor.page.getByText('Administration').count(), 0);
    visitor.assertQuiet();
  });

  test('a page of a neighbour on the same host can neither frame the console nor use its session', async () => {
    const neighbour = createServer((_request, reply) => {
      reply.setHeader('content-type', 'text/html');
      reply.end(
        `<!doctype html><link rel="icon" href="data:,"><iframe src="${service.url}/console/"></iframe>`,
      );
    });
    await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open();
    await visitor.signIn();
    const before = await context.cookies();
    const elsewhere = await Visitor.at(context, service.url, {}, { keepCookies: true });
    await elsewhere.page.goto(`http://127.0.0.1:${(neighbour.address() as AddressInfo).port}`);
    const [, frame] = elsewhere.page.frames();
    assert.match(String(frame?.url()), /^chrome-error:/);
    const login = { email: ADMIN.email, password_base64: btoa(ADMIN.password) };
    const outcomes = await elsewhere.page.evaluate(
      async ([url, body]) => {
        // Another port is the same site: the browser does send the cookie along.
        const attempts: [string, RequestInit][] = [
          ['/v4/user/', {}],
          ['/v4/user/', { headers: { 'X-Guardbee-Console': '1' } }],
          ['/console/session/', { method: 'POST', mode: 'no-cors', body: String(body) }],
          ['/v4/users/admin@example.com/auth-tokens/', { method: 'DELETE' }],
        ];
        return Promise.all(
          attempts.map(([path, init]) =>
            fetch(url + path, { credentials: 'include', ...init }).then(
              ({ type }) => type,
              () => 'stopped',
            ),
          ),
        );
      },
      [service.url, JSON.stringify(login)],
    );
    assert.deepEqual(outcomes, ['stopped', 'stopped', 'opaque', 'stopped']);
    assert.deepEqual(await context.cookies(), before);
    await page.reload();
    await page.getByText('This session').waitFor();
    neighbour.close();
    visitor.assertQuiet();
  });

  test('over TLS lies in a cookie that only this very host can set, and a browser sends over TLS only', async () => {
    using folder = temporaryFolder();
    const overTls = await serve(folder.path, {}, ['--tls-self-signed']);
    const visitor = await Visitor.at(context, overTls.url);
    const { page } = visitor;
    await visitor.open();
    await visitor.signIn();
    await page.getByText('This session').waitFor();
    const [cookie, ...others] = await context.cookies();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [cookie?.name, cookie?.secure, cookie?.httpOnly, cookie?.sameSite, cookie?.path],
      ['__Host-guardbee-session', true, true, 'Strict', '/'],
    );
    // What a neighbour on plain HTTP has put beside it changes nothing.
    await context.addCookies([
      { name: 'guardbee-session', value: 'planted', domain: '127.0.0.1', path: '/' },
    ]);
    await page.reload();
    await page.getByText('This session').waitFor();
    await visitor.click(/^Account/);
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    visitor.assertQuiet();
    // At once: an idle connection of the browser would be waited for.
    await overTls.stop('SIGKILL');
  });

  test('a door that is closed for a while says for how long', async () => {
    for (let guess = 0; guess < 6; guess++) await logIn('slow@example.com', `guess ${guess}`);
    const visitor = await Visitor.at(context, service.url);
    await visitor.open();
    await visitor.page.getByLabel('E-mail', { exact: true }).fill('slow@example.com');
    await visitor.page.getByLabel('Password', { exact: true }).fill('one more');
    await visitor.click('Sign in');
    await visitor.page
      .getByRole('alert')
      .getByText(/You can try again in \d+ s\./)
      .waitFor();
    visitor.assertQuiet(429);
  });
});
