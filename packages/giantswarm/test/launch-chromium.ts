/** A real Chromium for tests, from the npm package `@sparticuz/chromium`: nothing is downloaded. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

// its defaults are for rendering trusted pages in a cloud function: these would switch off what is tested
const unwanted = [
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
];

/**
 * Starts a headless Chromium with its web security on; `close()` it. It runs in a single process and ends with
 * the first context that is closed, so leave contexts open until the end.
 */
export async function launchChromium(): Promise<Browser> {
  sparticuz.setGraphicsMode = false;
  const executablePath = await extracted();
  const args = sparticuz.args.filter((arg) => !unwanted.includes(arg));
  return chromium.launch({ executablePath, args, headless: true });
}

/** The package unpacks itself into the temporary folder: one process at a time, or others start half of it. */
async function extracted(): Promise<string> {
  const lock = join(tmpdir(), 'guardbee-chromium.lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      // whoever made it was killed
      if (made && Date.now() - made > 120_000) rmSync(lock, { recursive: true, force: true });
      await pause(100);
    }
  }
  try {
    return await sparticuz.executablePath();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
