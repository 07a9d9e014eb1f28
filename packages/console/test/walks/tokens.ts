import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addUser, ask, logIn, PASSWORD } from '../api.ts';
import { context, service } from '../stage.ts';
import { Visitor } from '../visitor.ts';

const SCRIPT = '<img src=x onerror=alert(1)><script>alert(2)</script>';

suite('my tokens', () => {
  test('one is made with name, expiry and scopes, shown once, used, and revoked', async () => {
    const { token } = await logIn();
    await addUser(token, 'maker@example.com');
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open();
    await visitor.signIn('maker@example.com', PASSWORD);
    await visitor.click('New token');
    await page.getByLabel('Name', { exact: true }).fill(SCRIPT);
    await page.getByLabel('Expires').selectOption('In 7 days');
    await page.getByLabel('List and end my tokens').check();
    await page.getByLabel('Scopes of other services').fill('orders:read');
    await page.getByLabel('Your password', { exact: true }).fill('not my password');
    await visitor.click('Create token');
    await page.getByRole('alert').getByText('password is wrong').waitFor();
    await visitor.assertAccessible();
    await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await visitor.click('Create token');
    const secret = page.getByLabel(`Token ${SCRIPT}`);
    const made = await secret.inputValue();
    assert.match(made, /^guardbee_[\w-]{49}$/);
    await visitor.assertAccessible();
    await visitor.click('Done');
    await secret.waitFor({ state: 'detached' });
    assert.doesNotMatch(await page.content(), new RegExp(made.slice(9)));

    await ask('GET', '/v4/user/', made, undefined, {
      'user-agent': SCRIPT,
      'x-giant-swarm-activity': SCRIPT,
    });
    await page.reload();
    const row = page.getByRole('row').filter({ hasText: 'orders:read' });
    await row.getByText(SCRIPT).first().waitFor();
    await row.getByText('in 7 days').waitFor();
    await row.getByText('127.0.0.1').waitFor();
    const own = await ask('GET', '/v4/auth-tokens/', made);
    const listed = own.find((one: { name: string }) => one.name === SCRIPT);
    assert.deepEqual(listed.scopes, ['tokens', 'orders:read']);

    await row.getByRole('button', { name: /Revoke/ }).click();
    await page.getByRole('alertdialog').getByText('This can’t be taken back').waitFor();
    await visitor.click('Revoke token');
    await page.getByText('The token has been revoked.').waitFor();
    await row.waitFor({ state: 'detached' });
    assert.equal((await ask('GET', '/v4/user/', made)).code, 'PERMISSION_DENIED');
    visitor.assertQuiet(401);
  });

  test('all others end at once, and this session goes on', async () => {
    const { token } = await logIn();
    await addUser(token, 'many@example.com');
    const others = [await logIn('many@example.com', PASSWORD), await logIn('many@example.com', PASSWORD)];
    const visitor = await Visitor.at(context, service.url);
    await visitor.open();
    await visitor.signIn('many@example.com', PASSWORD);
    await visitor.click('Revoke all others');
    await visitor.page.getByRole('alertdialog').getByRole('button', { name: 'Revoke all others' }).click();
    await visitor.page.getByText('2 tokens have been revoked.').waitFor();
    for (const other of others)
      assert.equal((await ask('GET', '/v4/user/', other.token)).code, 'PERMISSION_DENIED');
    await visitor.page.getByText('This session').waitFor();
    visitor.assertQuiet();
  });

  test('by keyboard alone: sign in, make a token, leave the dialog where one came from, sign out', async () => {
    const { token } = await logIn();
    await addUser(token, 'keys@example.com');
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    const { keyboard } = page;
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        return element === document.body ? '' : element?.textContent || element?.ariaLabel;
      });
    const tabTo = async (what: RegExp) => {
      for (let steps = 0; steps < 30; steps++) {
        if (what.test(String(await focused()))) return;
        await keyboard.press('Tab');
      }
      assert.fail(`no way to ${what}`);
    };
    await visitor.open();
    await page.getByLabel('E-mail').and(page.locator(':focus')).waitFor();
    await keyboard.type('keys@example.com');
    await keyboard.press('Tab');
    await keyboard.type(PASSWORD);
    await keyboard.press('Enter');
    await visitor.heading('My tokens');
    await page.getByText('This session').waitFor();
    await tabTo(/New token/);
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => /New token/.test(String(document.activeElement?.textContent)));
    await tabTo(/New token/);
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    // The dialog keeps the focus: round and round, never behind it.
    for (let steps = 0; steps < 20; steps++) {
      await keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null));
    }
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => /New token/.test(String(document.activeElement?.textContent)));
    for (let steps = 0; steps < 30 && !/keys@/.test(String(await focused())); steps++)
      await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.role === 'menu');
    await keyboard.press('End');
    await keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
    visitor.assertQuiet();
  });

  test('the password is changed, refused with the reason, and ends the other tokens', async () => {
    const { token } = await logIn();
    await addUser(token, 'change@example.com');
    const other = await logIn('change@example.com', PASSWORD);
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/password');
    await visitor.signIn('change@example.com', PASSWORD);
    await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('New password', { exact: true }).fill('short');
    await visitor.click('Change password');
    await page.getByRole('alert').getByText('at least 15 characters').waitFor();
    await page.getByLabel('New password', { exact: true }).fill('quite another pass phrase');
    await visitor.click('Change password');
    await page.getByText('Your password has been changed.').waitFor();
    assert.equal((await ask('GET', '/v4/user/', other.token)).code, 'PERMISSION_DENIED');
    assert.match((await logIn('change@example.com', 'quite another pass phrase')).token, /^guardbee_/);
    await page.reload();
    await visitor.heading('Password');
    visitor.assertQuiet(400);
  });

  test('a service that is away is told as that, and another try goes on', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/password');
    await visitor.signIn();
    await page.route('**/v4/auth-tokens/**', (route) => route.abort());
    await page.getByRole('link', { name: 'My tokens' }).click();
    await page.getByText('The service can’t be reached.').waitFor();
    await visitor.assertAccessible();
    await page.unroute('**/v4/auth-tokens/**');
    await visitor.click('Try again');
    await page.getByText('This session').waitFor();
  });
});
