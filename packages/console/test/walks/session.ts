import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ADMIN } from '../../../../test/guardbee.ts';
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

  test('a page of another origin can neither frame the console nor use its session', async () => {
    const visitor = await Visitor.at(context, service.url);
    await visitor.open();
    await visitor.signIn();
    // The same host under another name: another origin, though SameSite might let it pass.
    const elsewhere = service.url.replace('127.0.0.1', 'localhost');
    const { page } = visitor;
    const outcome = await page.evaluate(async (url) => {
      const reply = await fetch(`${url}/v4/user/`, {
        credentials: 'include',
        headers: { 'X-Guardbee-Console': '1' },
      }).then(
        ({ status }) => String(status),
        () => 'stopped',
      );
      return reply;
    }, elsewhere);
    assert.equal(outcome, 'stopped');
  });
});
