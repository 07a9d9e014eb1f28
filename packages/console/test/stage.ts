import type { Browser, BrowserContext } from 'playwright-core';
import { type RunningService, serve, temporaryFolder } from '../../../test/guardbee.ts';
import { launchChromium } from '../../giantswarm/test/launch-chromium.ts';

/** What the walks share: one service and one browser. */
export let service: RunningService;
export let context: BrowserContext;
let browser: Browser;
const folder = temporaryFolder();

export async function start(): Promise<void> {
  [service, browser] = await Promise.all([serve(folder.path), launchChromium()]);
  // West of UTC, where the day of an instant is often another one than it is there.
  const timezoneId = 'America/New_York';
  context = await browser.newContext({ acceptDownloads: true, ignoreHTTPSErrors: true, timezoneId });
}

export async function stop(): Promise<void> {
  await browser.close();
  await service.stop();
  folder[Symbol.dispose]();
}
