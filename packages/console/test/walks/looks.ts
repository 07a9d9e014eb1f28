import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { context, service } from '../stage.ts';
import { leaveTraces } from '../traces.ts';
import { Visitor } from '../visitor.ts';

/** By something that is there only when the page has loaded. */
const PAGES = [
  ['#/tokens', 'This session'],
  ['#/password', 'At least 15 characters.'],
  ['#/users', 'Administrator'],
  ['#/users/admin%40example.com', 'Revoke all'],
  ['#/activities', 'By activity'],
  ['#/requests?outcome=refused', '404 refused'],
  ['#/requests/console-walk-1', 'token.revoked'],
  ['#/audit?event=token.revoked', 'Signed to its end'],
  ['#/health', 'Since the start'],
  ['#/nowhere', 'There is no such page'],
] as const;

/** What depends on the colours and the place there is; the rest is the same whatever the look. */
const OF_LOOKS = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

const isLong = process.env.CONSOLE_LOOKS === 'all';

/** `CONSOLE_LOOKS=all`: each with each, by all rules. */
const LOOKS: readonly (readonly [scheme: 'light' | 'dark', width: number])[] = isLong
  ? ['light' as const, 'dark' as const].flatMap((scheme) =>
      [1280, 1024, 768, 390, 320].map((width) => [scheme, width] as const),
    )
  : [
      ['light', 1280],
      ['dark', 390],
    ];

suite('on every page', () => {
  before(leaveTraces);

  for (const [scheme, width] of LOOKS) {
    test(`axe finds nothing serious, nothing runs over, and nothing complains: ${scheme}, ${width} px`, async () => {
      const visitor = await Visitor.at(context, service.url, { scheme, width });
      const { page } = visitor;
      const rules = isLong || scheme === 'light' ? undefined : OF_LOOKS;
      await visitor.open();
      await visitor.heading('Sign in');
      await visitor.assertAccessible(rules);
      await visitor.signIn();
      for (const [hash, sign] of PAGES) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await page.getByText(sign).first().waitFor();
        await visitor.assertAccessible(rules);
        const tooWide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(tooWide, 0, hash);
        assert.equal(await page.locator('h1').count(), 1, hash);
        const heading = await page.locator('h1').textContent();
        assert.equal(await page.title(), `${heading} · Guardbee`);
        assert.ok(hash === '#/tokens' || (await page.locator('h1:focus').count()) === 1, hash);
      }
      visitor.assertQuiet();
    });
  }

  test('the switch makes it dark in a light system, and that is remembered', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await visitor.open();
    await visitor.signIn();
    const light = await ground();
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await visitor.heading('My tokens');
    assert.equal(await ground(), dark);
    await page.getByRole('radio', { name: 'Auto' }).check({ force: true });
    assert.equal(await ground(), light);
    visitor.assertQuiet();
  });

  test('the first load is at most 150 kB as it is sent, and pictures come with their page only', async () => {
    const visitor = await Visitor.at(context, service.url);
    const { page } = visitor;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await visitor.open();
    await visitor.signIn();
    await page.getByText('This session').waitFor();
    const first = bytes;
    assert.ok(first > 20_000 && first <= 150_000, `${first} bytes`);
    await page.getByRole('link', { name: 'Activities' }).click();
    await page.getByText('By activity').waitFor();
    assert.ok(bytes > first + 40_000, `${bytes} bytes`);
  });
});
