// An element alone with its model in someone else's page, under the strictest policy: what is asked of each of them.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../../scripts/content_security_policy.mjs';
import { test } from '../../e2e/quiet_page';

const LSTM = 'text="The cat that we saw was happy" cell="lstm" hidden="4" embedding="4"';

/** An element in a page, what is there to be seen of it, and what every reader can do with it by keyboard alone. */
export interface Alone {
  readonly tag: string;
  /** Attributes of its model; a small LSTM unless given. */
  readonly model?: string;
  readonly attributes?: string;
  /** The element is there in full. */
  ready(page: Page): Promise<void>;
  use(page: Page): Promise<void>;
}

export function cursor(page: Page): Promise<{ step: number; unit: number }> {
  return page.evaluate(() => document.querySelector('rnn-model')!.cursor);
}

/** Tab goes on until this is in focus: there is no other way in. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted.first()).toBeVisible();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await wanted.first().evaluate((element) => element.matches(':focus'))) return;
  }
  throw new Error(`Tab does not come to ${wanted}`);
}

/** Tab goes on until this is in focus, and then the keys are pressed. */
export async function press(page: Page, wanted: Locator, ...keys: readonly string[]): Promise<void> {
  await tabTo(page, wanted);
  for (const key of keys) await page.keyboard.press(key);
}

/** A table of numbers below a figure, closed at first. */
export async function openNumbers(page: Page, summary: string): Promise<void> {
  await press(page, page.locator('summary', { hasText: summary }), 'Enter');
  await expect(page.getByRole('table')).toBeVisible();
}

export function standsAlone(alone: Alone): void {
  test(`${alone.tag} alone: axe finds nothing in light and dark, it fits a phone, and the keyboard does all`, async ({ page }) => {
    await embed(page, alone);
    await alone.ready(page);
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faultsOf(page)).toEqual([]);
    await alone.use(page);
    expect(await faultsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}

/** @param style - of the page, beside its colours */
export async function embed(page: Page, { tag, model = LSTM, attributes = '' }: Alone, style = ''): Promise<void> {
  await page.route('**/alone.html', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
      body: `<!doctype html><html lang="en"><title>One element</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="alone.css"><link rel="icon" href="data:,"><script type="module" src="rnn-heatmap.js"></script><main><h1>One element</h1><rnn-model id="m" ${model}></rnn-model><${tag} for="m" ${attributes}></${tag}></main>`,
    }),
  );
  // Said outright, or axe takes every page to be white.
  await page.route('**/alone.css', (route) => route.fulfill({ contentType: 'text/css', body: `:root { color-scheme: light dark; color: CanvasText; background: Canvas; ${style} }` }));
  await page.goto('./alone.html');
}

async function faultsOf(page: Page): Promise<unknown> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]);
}
