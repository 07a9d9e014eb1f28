import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addUser, ask, logIn, PASSWORD } from '../api.ts';
import { context, service } from '../stage.ts';
import { Visitor } from '../visitor.ts';

suite('users, for administrators', () => {
  test('one is made, found, expired, disabled, enabled, reset, relieved of tokens, deleted', async () => {
    const { token: admin } = await logIn();
    const email = 'walk+er@example.com';
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/users');
    await visitor.signIn();
    await visitor.click('New user');
    await page.getByLabel('E-mail', { exact: true }).fill(email);
    await visitor.click('Create user');
    const first = await page.getByLabel(`Password of ${email}`).inputValue();
    await visitor.click('Done');
    const { token } = await logIn(email, first);
    await page.getByLabel('Search').fill('WALK+');
    await page.getByRole('link', { name: email }).click();
    await visitor.heading(email);
    await page.getByRole('row').filter({ hasText: 'Everything' }).waitFor();

    const choose = async (item: string) => {
      await visitor.click(`Change ${email}`);
      await page.getByRole('menuitem', { name: item, exact: true }).click();
    };
    const user = () => ask('GET', '/v4/users/walk%2Ber@example.com/', admin);

    const setExpiry = async (lastDay?: string) => {
      await choose('Set expiry');
      if (lastDay !== undefined) await page.getByLabel('Last day').fill(lastDay);
      await page.getByRole('dialog').getByRole('button', { name: 'Set expiry' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByText('The expiry has been set.').first().waitFor();
      return (await user()).expiry;
    };
    assert.equal(await setExpiry('2099-12-31'), '2100-01-01T04:59:59Z', 'the end of the day in New York');
    assert.equal(await setExpiry(), '2100-01-01T04:59:59Z', 'saved as it was');

    await choose('Set groups');
    await page.getByRole('textbox', { name: 'Groups' }).fill('ops  team ops');
    await page.getByRole('dialog').getByRole('button', { name: 'Set groups' }).click();
    await page.getByText('The groups have been set.').waitFor();
    assert.deepEqual((await user()).groups, ['ops', 'team']);

    await page.getByRole('button', { name: 'Revoke all', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke all' }).click();
    await page.getByText('One token has been revoked.').waitFor();
    assert.equal((await ask('GET', '/v4/user/', token)).code, 'PERMISSION_DENIED');

    await choose('Disable');
    await visitor.assertAccessible();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    assert.equal((await user()).disabled, true);
    await choose('Enable');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Enable' }).click();
    await page.getByText('Active', { exact: true }).waitFor();

    await choose('Reset password');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Reset password' }).click();
    const second = await page.getByLabel(`Password of ${email}`).inputValue();
    await visitor.click('Close');
    assert.match((await logIn(email, second)).token, /^guardbee_/);

    await choose('Make administrator');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make administrator' }).click();
    await page.getByText('Administrator', { exact: true }).waitFor();

    await choose('Delete');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await visitor.heading('Users');
    assert.equal((await user()).code, 'RESOURCE_NOT_FOUND');
    visitor.assertQuiet();
  });

  test('an account that wrong passwords have closed is unlocked', async () => {
    const { token } = await logIn();
    await addUser(token, 'closed@example.com');
    for (let guess = 0; guess < 6; guess++) await logIn('closed@example.com', `guess ${guess}`);
    const visitor = await Visitor.at(context, service.url);
    await visitor.open('#/users/closed%40example.com');
    await visitor.signIn();
    await visitor.page.getByText('Locked', { exact: true }).waitFor();
    await visitor.click('Unlock');
    await visitor.page.getByRole('alertdialog').getByRole('button', { name: 'Unlock' }).click();
    await visitor.page.getByText('The account is open again.').waitFor();
    assert.match((await logIn('closed@example.com', PASSWORD)).token, /^guardbee_/);
    visitor.assertQuiet();
  });

  test('the last administrator stays, and the page says why', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/users/admin%40example.com');
    await visitor.signIn();
    await visitor.click('Change admin@example.com');
    await page.getByRole('menuitem', { name: 'Take administration away' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Take administration away' }).click();
    await page
      .getByRole('alert')
      .getByText(/administrator/i)
      .waitFor();
    visitor.assertQuiet(400, 401, 409);
  });
});
