import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { ADMIN } from '../../../test/guardbee.ts';

interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Somebody at a browser, and everything that the browser has complained about meanwhile. */
export class Visitor {
  readonly page: Page;
  readonly url: string;
  readonly #complaints: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => this.#complaints.push(message.text()));
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      this.#complaints.push(`a script ran: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** A new page, in the one context there is: in its single process this Chromium has one jar of cookies for all. */
  static async at(
    context: BrowserContext,
    url: string,
    { scheme = 'light', width = 1280, height = 900 }: Look = {},
    { keepCookies = false }: { keepCookies?: boolean } = {},
  ): Promise<Visitor> {
    if (!keepCookies) await context.clearCookies();
    const earlier = keepCookies ? [] : context.pages();
    const page = await context.newPage();
    // They would go on working.
    await Promise.all(earlier.map((one) => one.close()));
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    const visitor = new Visitor(page, url);
    // What the Content-Security-Policy stops, wherever in the page.
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    return visitor;
  }

  async open(hash = ''): Promise<void> {
    await this.page.goto(`${this.url}/console/${hash}`);
  }

  async signIn(email: string = ADMIN.email, password: string = ADMIN.password): Promise<void> {
    await this.page.getByLabel('E-mail', { exact: true }).fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.click('Sign in');
    await this.page.getByRole('navigation', { name: 'Pages' }).waitFor();
  }

  async click(name: string | RegExp): Promise<void> {
    await this.page
      .getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) })
      .click();
  }

  async heading(name: string): Promise<void> {
    await this.page.getByRole('heading', { name, exact: true }).waitFor();
  }

  /** Nothing in the console, no error, no report. Chromium notes each refusal; those that are meant are given by status. */
  assertQuiet(...meant: number[]): void {
    const isMeant = (text: string) => meant.some((status) => text.includes(`status of ${status}`));
    assert.deepEqual(
      this.#complaints.filter((text) => !isMeant(text)),
      [],
    );
  }

  /** No finding of axe that is serious or critical; of all its rules, or of some. */
  async assertAccessible(rules?: readonly string[]): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    // Past the policy of the page, which lets nothing of others run.
    await session.send('Runtime.evaluate', { expression: `if (!window.axe) { ${axe.source} }` });
    const only = rules === undefined ? {} : { runOnly: { type: 'rule', values: rules } };
    const options = { resultTypes: ['violations'], preload: false, elementRef: false, ...only };
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => JSON.stringify(
        violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])])))`,
      awaitPromise: true,
    });
    await session.detach();
    assert.deepEqual(JSON.parse(String(result.value)), [], await this.page.title());
  }
}
