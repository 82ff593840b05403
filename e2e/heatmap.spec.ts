// What a reader does with a heatmap in someone else's page: with the keyboard alone, with a finger, under the strictest policy.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../scripts/content_security_policy.mjs';
import { test } from './quiet_page';

const TAG = '<rnn-heatmap id="h" permalink cell="lstm" text="The cat that we saw yesterday was happy" signal="h" hidden="8" seed="1"></rnn-heatmap>';

async function embed(page: Page, body: string, more = ''): Promise<void> {
  await page.route('**/blog.html*', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
      body: `<!doctype html><html lang="en" ${more}><title>A blog</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><script type="module" src="rnn-heatmap.js"></script><main><h1>A blog</h1>${body}</main>`,
    }),
  );
  await page.goto('./blog.html');
}

const entry = (page: Page) => page.getByRole('gridcell');

test('is read, selected in, pinned, ordered and saved from with the keyboard alone', async ({ page }) => {
  await embed(page, TAG);
  await expect(entry(page)).toHaveAccessibleName(/^unit 1, step 1 'The'/);
  await page.keyboard.press('Tab');
  await expect(entry(page)).toBeFocused();
  for (const key of ['ArrowDown', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Enter']) await page.keyboard.press(key);
  await expect(entry(page)).toHaveAccessibleName(/^unit 3, step 3 'that', −?0\.\d+$/);
  await expect(entry(page)).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('group', { name: /^Pinned: unit 3, step 3 'that'/ })).toBeVisible();
  await page.getByRole('button', { name: 'Tools' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Selected: units 2, 3; steps 2 to 3')).toBeVisible();
  await page.getByRole('combobox', { name: 'Order of units' }).selectOption('correlation');
  const numbers = page.locator('.rows bdi');
  await expect(async () => expect(await numbers.allTextContents()).not.toEqual(['', '1', '2', '3', '4', '5', '6', '7', '8'].filter(Boolean))).toPass();
  await page.getByRole('button', { name: 'Find the same elsewhere' }).press('Enter');
  await expect(page.getByText(/stay beyond it throughout|None stays beyond/)).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'SVG' }).press('Enter')]);
  expect(file.suggestedFilename()).toBe('h.svg');
  await page.getByRole('button', { name: 'Show as a table' }).press('Enter');
  await expect(page.getByRole('cell').nth(5)).toHaveText(/\d/);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

test('has targets of 44 pixels for a finger, and fits a narrow page', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await embed(page, TAG);
  await page.getByRole('button', { name: 'Tools' }).tap();
  await expect(page.getByRole('button', { name: 'PNG' })).toBeVisible();
  for (const button of await page.getByRole('button').all()) {
    const box = (await button.boundingBox())!;
    expect(Math.min(box.width, box.height), await button.innerText()).toBeGreaterThanOrEqual(44);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});

test('is zoomed by two fingers, the page is not; and one finger scrolls, or selects where the reader asked for it', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await embed(page, TAG);
  await expect(page.getByRole('grid')).toBeVisible();
  const { x, y, width, height } = (await page.locator('rnn-heatmap .plot canvas').boundingBox())!;
  const session = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly (readonly [number, number])[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([left, top], id) => ({ x: left, y: top, id })) });
  const middle = [x + width / 2, y + height / 2] as const;
  const apart = (half: number) => [[middle[0] - half, middle[1]], [middle[0] + half, middle[1]]] as const;
  await touch('touchStart', apart(20));
  for (const half of [30, 36, 40]) await touch('touchMove', apart(half));
  await touch('touchEnd', []);
  await expect.poll(() => page.evaluate(() => document.querySelector('rnn-heatmap')!.zoom)).toBeCloseTo(2, 1);
  expect(await page.evaluate(() => visualViewport!.scale)).toBe(1);

  const scrolled = () => page.evaluate(() => document.querySelector('rnn-heatmap')!.shadowRoot!.querySelector('.viewport')!.scrollLeft);
  const before = await scrolled();
  const swipe = async () => {
    await touch('touchStart', [middle]);
    for (const by of [10, 20, 40, 60]) await touch('touchMove', [[middle[0] - by, middle[1]]]);
    await touch('touchEnd', []);
  };
  await swipe();
  await expect.poll(scrolled).toBeGreaterThan(before + 20);
  expect(await page.evaluate(() => document.querySelector('rnn-heatmap')!.selectedColumns)).toEqual([]);

  await page.getByRole('button', { name: 'Tools' }).tap();
  await page.getByRole('checkbox', { name: 'A finger selects instead of scrolling' }).tap();
  await page.locator('rnn-heatmap .plot').scrollIntoViewIfNeeded();
  await expect.poll(async () => {
    await swipe();
    return page.evaluate(() => document.querySelector('rnn-heatmap')!.selectedColumns.length);
  }).toBeGreaterThan(0);
  await context.close();
});

test('runs from left to right on a page that does not, unless it is asked to follow', async ({ page }) => {
  await embed(page, TAG + TAG.replace('id="h"', 'id="r" time-direction="rtl"'), 'dir="rtl"');
  const place = async (id: string, word: string) => (await page.locator(`#${id}`).getByText(word, { exact: true }).boundingBox())!.x;
  await expect(page.locator('#r').getByText('happy', { exact: true })).toBeVisible();
  expect(await place('h', 'The')).toBeLessThan(await place('h', 'happy'));
  expect(await place('r', 'The')).toBeGreaterThan(await place('r', 'happy'));
  await page.locator('#r').getByRole('gridcell').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('#r').getByRole('gridcell')).toHaveAccessibleName(/^unit 1, step 2 'cat'/);
});
