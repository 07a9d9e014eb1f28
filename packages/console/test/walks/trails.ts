import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { ask, logIn } from '../api.ts';
import { context, service } from '../stage.ts';
import { leaveTraces, SCRIPT, TRACED } from '../traces.ts';
import { Visitor } from '../visitor.ts';

suite('what was done, and what for', () => {
  test('from the picture of the activities down to one request and its timeline', async () => {
    await leaveTraces();
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/activities?range=hour');
    await visitor.signIn();
    await page.getByRole('img', { name: /Requests over the last hour/ }).waitFor();
    await page.getByRole('link', { name: `Requests of ${SCRIPT}` }).waitFor();
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: SCRIPT, exact: true }) });
    assert.deepEqual((await row.getByRole('cell').allTextContents()).slice(1, 3), ['3', '33 %']);
    await row.getByRole('link', { name: SCRIPT, exact: true }).click();
    await page.getByRole('link', { name: 'Show all activities' }).waitFor();
    await page.getByRole('link', { name: 'User', exact: true }).click();
    await page.getByText('admin@example.com', { exact: true }).last().waitFor();
    // A bar is its requests: the last one is of just now.
    const chart = page.getByRole('img', { name: /Requests over/ });
    const box = await chart.boundingBox();
    await chart.click({ position: { x: (box?.width ?? 0) - 12, y: 120 } });
    await visitor.heading('Requests');
    await page.getByRole('link', { name: 'Show all activities' }).waitFor();
    // From nowhere: the page before has such a choice too, and would take it before it goes.
    await page.goto('about:blank');
    await visitor.open(`#/requests?activity=${encodeURIComponent(SCRIPT)}`);
    await page.getByLabel('Outcome').selectOption('Refused');
    await page.getByText('404 refused').waitFor();
    await page.getByLabel('Outcome').selectOption('Done');
    await page.getByRole('link', { name: 'DELETE /v4/auth-tokens/' }).click();
    await visitor.heading(`Request ${TRACED}`);
    await page.getByRole('heading', { name: 'token.revoked' }).waitFor();
    assert.ok((await page.getByText(SCRIPT, { exact: true }).count()) >= 4);
    visitor.assertQuiet();
  });

  test('a request that nobody knows is told as that', async () => {
    const visitor = await Visitor.at(context, service.url);
    await visitor.open('#/requests/never-was');
    await visitor.signIn();
    await visitor.page.getByRole('alert').getByText('Nothing is known of this request').waitFor();
    visitor.assertQuiet(404);
  });

  test('the audit trail is filtered, read to its details, and led from to the request', async () => {
    const token = await leaveTraces();
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/audit');
    await visitor.signIn();
    await page.getByText('Signed to its end').waitFor();
    await page.getByLabel('Event', { exact: true }).selectOption('token.revoked');
    await page.getByLabel('Request', { exact: true }).fill(TRACED);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('row').nth(1).getByText('token.revoked').click();
    await page.getByText(SCRIPT, { exact: true }).first().waitFor();
    await page
      .getByRole('link', { name: TRACED.slice(0, 12) })
      .first()
      .click();
    await visitor.heading(`Request ${TRACED}`);
    await visitor.open('#/audit?event=keys.added&subject=nobody@example.com');
    await page.getByText('No such events').waitFor();
    const { length } = await ask('GET', '/v4/audit-events/?limit=1000', token);
    if (length > 50) {
      await visitor.open('#/audit');
      await visitor.click('Show more');
      await page.getByRole('row').nth(51).waitFor();
    }
    visitor.assertQuiet();
  });

  test('the audit trail is saved as a file, whole', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/audit');
    await visitor.signIn();
    await visitor.click('Export');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /NDJSON/ }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'audit-events.ndjson');
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    assert.ok(lines.some((line) => JSON.parse(line).head !== undefined));
    assert.ok(lines.some((line) => JSON.parse(line).event === 'login.succeeded'));
    visitor.assertQuiet();
  });

  test('the service’s health is seen, and goes on being looked at without leaving traces', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    await visitor.open('#/health');
    await visitor.signIn();
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText(/\d \/ s/).waitFor();
    const { token } = await logIn();
    const requests = await ask('GET', '/v4/requests/?limit=1000', token);
    assert.equal(requests.filter(({ route }: { route: string }) => route === '/v4/status/').length, 0);
    visitor.assertQuiet();
  });
});
