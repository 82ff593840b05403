// Terms of the field: their definition where they are met, by pointer, keyboard and touch.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { test } from './quiet_page';

const definition = (page: Page) => page.locator('#definition');
const term = (page: Page, chapter: string, name: string) => page.locator(`#${chapter}`).getByRole('button', { name, exact: true });

test('a term tells its definition while the pointer is on it or in the definition', async ({ page }) => {
  await page.goto('./');
  const hidden = page.getByRole('button', { name: 'hidden state', exact: true }).first();
  await hidden.hover();
  await expect(definition(page)).toBeVisible();
  await expect(definition(page)).toContainText('overwrites at every word');
  await expect(hidden).toHaveAttribute('aria-expanded', 'true');
  await definition(page).hover();
  await expect(definition(page)).toBeVisible();
  await page.getByRole('heading', { level: 1 }).hover();
  await expect(definition(page)).toBeHidden();
  await expect(hidden).toHaveAttribute('aria-expanded', 'false');
});

test('comes by keyboard, goes with Escape, and is described to a screen reader', async ({ page }) => {
  await page.goto('./');
  const gates = page.getByRole('button', { name: 'Gated', exact: true }).first();
  await page.keyboard.press('Tab');
  for (let k = 0; k < 12 && !(await gates.evaluate((link) => link === document.activeElement)); k++) await page.keyboard.press('Tab');
  await expect(gates).toBeFocused();
  await expect(definition(page)).toContainText('A number between 0 and 1');
  await expect(gates).toHaveAccessibleDescription(/A number between 0 and 1/);
  await page.keyboard.press('Escape');
  await expect(definition(page)).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(definition(page)).toBeVisible();
  await page.keyboard.press('Space');
  await expect(definition(page)).toBeHidden();
  await expect(page).not.toHaveURL(/#term/);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('comes with a tap, within the screen, and goes with a tap elsewhere', async ({ page }) => {
    await page.goto('./');
    const jacobian = term(page, 'vanishing', 'Jacobian');
    await jacobian.scrollIntoViewIfNeeded();
    await jacobian.tap();
    await expect(definition(page)).toBeVisible();
    const box = (await definition(page).boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    await page.locator('#vanishing h2').tap();
    await expect(definition(page)).toBeHidden();
  });
});

test('without a script a term leads to the glossary', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(baseURL!);
  await page.getByRole('link', { name: 'hidden state', exact: true }).first().click();
  await expect(page).toHaveURL(/#term-hidden-state$/);
  await expect(page.locator('#term-hidden-state')).toBeInViewport();
  await context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the glossary and an open definition pass axe in a ${colorScheme} page`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('./');
    await page.getByRole('button', { name: 'hidden state', exact: true }).first().hover();
    await expect(definition(page)).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).include('#glossary').include('.opening').include('#definition').analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
}
