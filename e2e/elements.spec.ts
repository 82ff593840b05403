// Each element alone with its model in someone else's page, under the strictest policy: axe finds nothing, light and dark and
// on a phone, and what the pointer does the keyboard does.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../scripts/content_security_policy.mjs';
import { test } from './quiet_page';

const LSTM = 'text="The cat that we saw was happy" cell="lstm" hidden="4" embedding="4"';

/** What every reader can do with each of them by keyboard alone, and what is there to be seen of it. */
interface Alone {
  readonly tag: string;
  readonly model: string;
  readonly attributes?: string;
  /** The element is there in full. */
  ready(page: Page): Promise<void>;
  use(page: Page): Promise<void>;
}

const cursor = (page: Page) => page.evaluate(() => (document.querySelector('rnn-model') as unknown as { cursor: { step: number; unit: number } }).cursor);

/** Tab goes on until what is in focus has this role and name: there is no other way in. */
async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name }).first();
  await expect(wanted).toBeVisible();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element.matches(':focus'))) return;
  }
  throw new Error(`Tab does not come to ${role} ${name}`);
}

const elements: readonly Alone[] = [
  {
    tag: 'rnn-unrolled',
    model: LSTM,
    ready: (page) => expect(page.getByRole('option', { name: 'cat, step 2 of 7' })).toBeVisible(),
    async use(page) {
      await tabTo(page, 'listbox', /^Words/);
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
      expect(await cursor(page)).toEqual({ step: 2, unit: 1 });
      await page.keyboard.press('End');
      await expect(page.getByRole('option', { name: 'happy, step 7 of 7' })).toHaveAttribute('aria-selected', 'true');
    },
  },
  {
    tag: 'rnn-gates',
    model: LSTM,
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(7),
    async use(page) {
      await tabTo(page, 'radio', /at the cursor/);
      await page.keyboard.press('ArrowDown');
      await expect(page.getByRole('radio', { name: 'the mean over units' })).toBeChecked();
      await tabTo(page, 'gridcell', /step 1 'The'/);
      await page.keyboard.press('End');
      await expect(page.locator('[part=kept]')).toContainText('is left at happy, 6 steps later');
    },
  },
  {
    tag: 'rnn-influence',
    model: LSTM,
    ready: (page) => expect(page.getByRole('grid')).toBeVisible(),
    async use(page) {
      await tabTo(page, 'combobox', 'Felt by');
      await page.keyboard.press('ArrowDown');
      await expect(page.getByRole('combobox', { name: 'Felt by' })).toHaveValue('0');
      await tabTo(page, 'gridcell', /./);
      await page.keyboard.press('ArrowDown');
      await expect(page.locator('[part=reading]')).toContainText('cat');
    },
  },
  {
    tag: 'rnn-gradient-flow',
    model: LSTM,
    ready: (page) => expect(page.getByRole('slider')).toBeVisible(),
    async use(page) {
      await tabTo(page, 'slider', 'Distance k from the last word');
      await page.keyboard.press('End');
      await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '6');
      await page.keyboard.press('ArrowLeft');
      await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '5');
    },
  },
  {
    tag: 'rnn-compare',
    model: LSTM,
    attributes: 'with="The cats that we saw was happy"',
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(3),
    async use(page) {
      await tabTo(page, 'button', 'cats, change this word');
      await page.keyboard.press('Enter');
      await page.keyboard.type('dog');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('button', { name: 'dog, change this word' })).toBeFocused();
      await expect(page.getByText('cat → dog').first()).toBeVisible();
    },
  },
  {
    tag: 'rnn-entry',
    model: LSTM,
    ready: (page) => expect(page.getByRole('table')).toBeVisible(),
    async use(page) {
      await tabTo(page, 'radio', /^i/);
      await page.keyboard.press('ArrowRight');
      await expect(page.getByRole('radio', { name: /^f/ })).toBeChecked();
      await tabTo(page, 'slider', /^Weight/);
      await page.keyboard.press('ArrowRight');
      await expect(page.getByText(/^Changed by hand/)).toBeVisible();
      await tabTo(page, 'button', 'Reset all');
      await page.keyboard.press('Enter');
      await expect(page.getByText(/^Changed by hand/)).toHaveCount(0);
    },
  },
  {
    tag: 'rnn-trainer',
    model: 'task="agreement" cell="gru" hidden="4" embedding="4" batch="2" device="cpu"',
    ready: (page) => expect(page.getByRole('button', { name: 'Train' })).toHaveAttribute('aria-disabled', 'false'),
    async use(page) {
      await tabTo(page, 'button', 'Step');
      await page.keyboard.press('Enter');
      await expect(page.getByText(/^1 of|^1$/).first()).toBeVisible();
      await tabTo(page, 'button', 'Reset');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('button', { name: 'Reset' })).toHaveAttribute('aria-disabled', 'true');
    },
  },
  {
    tag: 'rnn-transport',
    model: LSTM,
    ready: (page) => expect(page.getByText('step 1 of 7')).toBeVisible(),
    async use(page) {
      await tabTo(page, 'slider', 'Step');
      await page.keyboard.press('End');
      await expect(page.getByText('step 7 of 7')).toBeVisible();
      await page.keyboard.press('Home');
      await page.keyboard.press(' ');
      await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
      await page.keyboard.press(' ');
      await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    },
  },
  {
    tag: 'rnn-proof',
    model: LSTM,
    ready: (page) => expect(page.locator('summary')).toContainText('checked against float64'),
    async use(page) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('table')).toBeVisible();
      await tabTo(page, 'group', /signal by signal/);
    },
  },
];

async function embed(page: Page, { tag, model, attributes = '' }: Alone): Promise<void> {
  await page.route('**/alone.html', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
      body: `<!doctype html><html lang="en"><title>One element</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="alone.css"><link rel="icon" href="data:,"><script type="module" src="rnn-heatmap.js"></script><main><h1>One element</h1><rnn-model id="m" ${model}></rnn-model><${tag} for="m" ${attributes}></${tag}></main>`,
    }),
  );
  // Said outright, or axe takes every page to be white.
  await page.route('**/alone.css', (route) => route.fulfill({ contentType: 'text/css', body: ':root { color-scheme: light dark; color: CanvasText; background: Canvas; }' }));
  await page.goto('./alone.html');
}

async function faultsOf(page: Page): Promise<unknown> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]);
}

for (const alone of elements) {
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
