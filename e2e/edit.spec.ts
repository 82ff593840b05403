// A weight is changed by keyboard and by touch, on the page, and goes into the link and back.
import { expect, type Page } from '@playwright/test';
import { test } from './quiet_page';

// Figures far from the screen compute nothing: up to figure 6 all are near.
test.use({ viewport: { width: 1280, height: 3200 } });

async function opened(page: Page, hash = ''): Promise<void> {
  await page.goto(`./${hash}`);
  await figure(page).scrollIntoViewIfNeeded();
  await expect(page.getByRole('slider', { name: /^Weight / })).toBeVisible();
}

const figure = (page: Page) => page.getByRole('figure').filter({ hasText: 'Figure 4.' });
const units = (page: Page) => page.getByRole('listbox', { name: /^Units of/ });

test('a weight is chosen and changed by keyboard, every figure follows, the link keeps it, and reset undoes it', async ({ page, context }) => {
  await opened(page);
  const before = await units(page).innerText();
  const figureEight = page.getByRole('figure').filter({ hasText: 'Figure 8.' });
  const memory = figureEight.getByRole('slider', { name: 'Stored and gradient, by step' });
  await figureEight.scrollIntoViewIfNeeded();
  await expect(memory).toHaveAttribute('aria-valuetext', /stored/);
  const stored = (await memory.getAttribute('aria-valuetext'))!;
  await figure(page).getByRole('button', { name: /^b_ih\[1\]|^W\[1,/ }).first().focus();
  await page.keyboard.press('Enter');
  const slider = figure(page).getByRole('slider', { name: /^Weight (b_ih|W)/ });
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', '2.000');
  await expect.poll(() => units(page).innerText()).not.toBe(before);
  await figureEight.scrollIntoViewIfNeeded();
  await expect(memory).not.toHaveAttribute('aria-valuetext', stored);
  await expect(page).toHaveURL(/edit=(bias|weight)_ih_l0\.\d+:2$/);
  await figure(page).scrollIntoViewIfNeeded();
  await expect(page.getByText(/checked against float64|taken twice gives the same numbers/).first()).toBeVisible();
  const changed = await units(page).innerText();

  const again = await context.newPage();
  await opened(again, new URL(page.url()).hash);
  await expect.poll(() => units(again).innerText()).toBe(changed);
  await expect(figure(again).getByText('Changed by hand')).toBeVisible();
  await again.close();

  await figure(page).getByRole('button', { name: /^Reset [bW].* to/ }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => units(page).innerText()).toBe(before);
  await expect(page).not.toHaveURL(/edit=/);
  await page.goBack();
  await expect.poll(() => units(page).innerText()).toBe(changed);
  await figure(page).getByRole('button', { name: 'Reset all' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => units(page).innerText()).toBe(before);
});

test('another cell drops what was changed and says so; what a link asks for in vain is said too', async ({ page }) => {
  await opened(page);
  await page.getByRole('link', { name: 'unit 1 push hard on itself' }).click();
  await expect(figure(page).getByRole('slider', { name: 'Weight U[1,1]' })).toHaveAttribute('aria-valuetext', '2.000');
  await page.getByRole('region', { name: 'Sentence and network' }).getByRole('combobox', { name: 'Cell', exact: true }).selectOption('lstm');
  const notice = page.locator('#notice');
  await expect(notice).toHaveText('One changed weight has no place in this network and is dropped.');
  await expect(page).toHaveURL(/cell=lstm/);
  await expect(page).not.toHaveURL(/edit=/);
  await page.goBack();
  await expect(figure(page).getByRole('slider', { name: 'Weight U[1,1]' })).toHaveAttribute('aria-valuetext', '2.000');

  await page.goto('about:blank');
  await opened(page, '#v=1&edit=weight_hh_l0.3:0.5,weight_hh_l0.64:1,nonsense');
  await expect(notice).toContainText('edit=nonsense is no weight and its value');
  await expect(notice).toContainText('One changed weight has no place in this network');
  await expect(figure(page).getByText('Changed by hand: U[1,4] from')).toBeVisible();
});

test('controls of a weight are large enough for a finger, and a tap chooses a term', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, baseURL });
  const page = await context.newPage();
  await opened(page);
  const controls = figure(page).getByRole('group', { name: /^Change the weight/ });
  for (const control of await controls.locator('input, button').all()) expect((await control.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  const term = figure(page).getByRole('button', { name: /^W\[1,/ }).first();
  expect((await term.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  const name = (await term.innerText()).split(' ')[0];
  await term.tap();
  await expect(figure(page).getByRole('slider', { name: `Weight ${name}` })).toBeVisible();
  const slider = figure(page).getByRole('slider', { name: /^Weight/ });
  const { width, height } = (await slider.boundingBox())!;
  await slider.tap({ position: { x: 0.9 * width, y: height / 2 } });
  await expect(figure(page).getByText('Changed by hand')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});
