import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../packages/giantswarm/test/launch-chromium.ts';
import { serve, temporaryFolder } from './guardbee.ts';

/** What people read in a browser: the guides as a site, and the service's own page of its API. */

const PHONE = { width: 375, height: 740 };
const DESK = { width: 1280, height: 800 };

suite('in a browser', () => {
  const folder = temporaryFolder();
  const site = join(folder.path, 'site');
  let browser: Browser;

  before(async () => {
    const tool = join(import.meta.dirname, '../tools/site.ts');
    const { status, stderr } = spawnSync(process.execPath, [tool, site], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    folder[Symbol.dispose]();
  });

  const open = async (viewport: { width: number; height: number }): Promise<Page> =>
    (await browser.newContext({ viewport })).newPage();
  /** How far one can scroll sideways: the page, and each table by itself. */
  const sideways = (page: Page): Promise<[number, number]> =>
    page.evaluate(() => {
      const over = (element: Element): number => element.scrollWidth - element.clientWidth;
      const tables = [...document.querySelectorAll('.wide')].map(over);
      return [over(document.documentElement), Math.max(0, ...tables)];
    });

  test('no page is wider than a phone, and no table wider than a desk', async () => {
    const pages = globSync('**/*.html', { cwd: site });
    assert.ok(pages.length > 50);
    const [phone, desk] = [await open(PHONE), await open(DESK)];
    for (const page of pages) {
      await phone.goto(`file://${site}/${page}`);
      assert.equal((await sideways(phone))[0], 0, page);
      await desk.goto(`file://${site}/${page}`);
      assert.deepEqual(await sideways(desk), [0, 0], page);
    }
  });

  test('on a phone the guides are folded above the page, on a desk they stand beside it', async () => {
    const address = `file://${site}/integrations/nginx.html`;
    const phone = await open(PHONE);
    await phone.goto(address);
    const summary = phone.getByText('All guides');
    const title = phone.getByRole('heading', { level: 1 });
    assert.ok(Number((await summary.boundingBox())?.y) < Number((await title.boundingBox())?.y));
    const link = phone.getByRole('link', { name: 'Caddy', exact: true });
    assert.equal(await link.count(), 0);
    await summary.click();
    await link.click();
    assert.match(phone.url(), /integrations\/caddy\.html$/);
    const desk = await open(DESK);
    await desk.goto(address);
    assert.ok(!(await desk.getByText('All guides').isVisible()));
    assert.equal(await desk.getByRole('link', { name: 'Caddy', exact: true }).count(), 1);
  });

  test('the page of the API, all unfolded, is no wider than a phone', async () => {
    const service = await serve(join(folder.path, 'data'));
    try {
      const page = await open(PHONE);
      await page.goto(`${service.url}/docs`);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      assert.equal((await sideways(page))[0], 0);
    } finally {
      await service.stop();
    }
  });
});
