// Chapter 3 by keyboard, on the built page under the policy it is served with: the gradient against the distance.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { test } from './quiet_page';

async function opened(page: Page, figure: string, hash = ''): Promise<Locator> {
  await page.goto(`./${hash}`);
  const place = page.locator(`#figure-${figure}`);
  await place.scrollIntoViewIfNeeded();
  await expect(cursor(place)).toBeVisible();
  return place;
}

const cursor = (figure: Locator) => figure.getByRole('slider', { name: /^Distance k/ });
const reads = (figure: Locator, text: string | RegExp) => expect(cursor(figure)).toHaveAttribute('aria-valuetext', text);

test.describe('3a, vanishing', () => {
  test('0.9³⁰ is 0.042 without input, and far less with it', async ({ page }) => {
    const figure = await opened(page, 'vanishing');
    await reads(figure, /^k = 30: \d\.\de−8 measured, 0\.042 ideal$/);
    await page.getByRole('link', { name: 'if nothing is read' }).press('Enter');
    await reads(figure, 'k = 30: 0.042 measured, 0.042 ideal');
    await expect(page).toHaveURL(/vanishing=drive-0/);
    await page.goBack();
    await reads(figure, /e−8 measured/);
  });

  test('the gain, tanh and the distance are set by keyboard and stand in the address', async ({ page }) => {
    const figure = await opened(page, 'vanishing');
    const gain = figure.getByRole('slider', { name: 'Gain of U' });
    await gain.focus();
    await page.keyboard.press('End');
    await expect(gain).toHaveValue('3');
    await reads(figure, /measured, 2\.1e14 ideal$/);
    await figure.getByRole('checkbox', { name: 'tanh' }).focus();
    await page.keyboard.press('Space');
    await reads(figure, 'k = 30: 2.1e14 measured, 2.1e14 ideal');
    await cursor(figure).focus();
    for (const key of ['PageUp', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    await reads(figure, 'k = 40: 1.2e19 measured, 1.2e19 ideal');
    await page.keyboard.press('Home');
    await reads(figure, 'k = 0: 1 measured, 1 ideal');
    await page.keyboard.press('End');
    await reads(figure, 'k = 100: 5.2e47 measured, 5.2e47 ideal');
    await expect(figure.getByText(/reaches .* at k = 81, more than the largest float32/)).toBeVisible();
    await expect(page).toHaveURL(/vanishing=cell-rnn_linear~gain-3~at-100/);
    await page.reload();
    await figure.scrollIntoViewIfNeeded();
    await reads(figure, 'k = 100: 5.2e47 measured, 5.2e47 ideal');
  });

  test('the reader’s own sentence is followed back from its last word, by the one step slider', async ({ page }) => {
    const figure = await opened(page, 'sentence-flow');
    await reads(figure, /^k = 6, from “happy” back to “cat”: .* measured/);
    await cursor(figure).focus();
    await page.keyboard.press('ArrowRight');
    await reads(figure, /^k = 7, from “happy” back to “The”/);
    await expect(page.getByRole('slider', { name: 'Step', exact: true })).toHaveAttribute('aria-valuetext', 'The, step 1 of 8');
    await page.getByRole('link', { name: 'LSTM’s', exact: true }).press('Enter');
    await reads(figure, /by the gates alone$/);
  });

  test('a link that makes no sense is answered in words', async ({ page }) => {
    await opened(page, 'vanishing', '#vanishing=gain-99~colour-red');
    await expect(page.getByRole('status').filter({ hasText: /gain: 99 given; it must be a number from 0 to 10.*colour-red/ })).toHaveCount(1);
  });
});

test.describe('3b, exploding', () => {
  test('the page says where float32 ends, and tanh keeps the gradient below', async ({ page }) => {
    const figure = await opened(page, 'exploding');
    await expect(figure.getByText(/reaches 4\.4e38 at k = 159, more than the largest float32/)).toBeVisible();
    await page.getByRole('link', { name: 'without tanh' }).press('Enter');
    await reads(figure, 'k = 30: 1.9e5 measured, 1.9e5 ideal');
    await page.getByRole('link', { name: 'with it', exact: true }).press('Enter');
    await reads(figure, /^k = 30: \d(\.\d)? measured, 1\.9e5 ideal$/);
  });

  test('clipping is switched on by keyboard or link, stands in the address, and is undone by Back', async ({ page }) => {
    const figure = await opened(page, 'exploding');
    const clip = figure.getByRole('checkbox', { name: 'Clip the gradient' });
    await reads(figure, 'k = 30: 2.0e7 measured, 2.0e7 ideal');
    await clip.focus();
    await page.keyboard.press('Space');
    await reads(figure, 'k = 30: 2.0e7 measured, 1 when clipped, 2.0e7 ideal');
    await expect(page).toHaveURL(/exploding=clip-1$/);
    await expect(figure.getByText(/a gradient 2\.0e7 long is shortened to 1.*From k = 159 on it is infinite in float32/)).toBeVisible();
    await figure.getByRole('combobox', { name: 'at length' }).selectOption('5');
    await reads(figure, 'k = 30: 2.0e7 measured, 5 when clipped, 2.0e7 ideal');
    await page.goBack();
    await expect(figure.getByRole('combobox', { name: 'at length' })).toHaveValue('1');
    await page.goBack();
    await expect(clip).not.toBeChecked();
    await reads(figure, 'k = 30: 2.0e7 measured, 2.0e7 ideal');

    await page.getByRole('link', { name: 'Clip at 1' }).press('Enter');
    await expect(clip).toBeChecked();
    await page.getByRole('link', { name: 'that vanishes' }).press('Enter');
    await expect(figure.getByText(/is left as it is; clipping never lengthens/)).toBeVisible();
    await page.reload();
    await figure.scrollIntoViewIfNeeded();
    await expect(clip).toBeChecked();
  });

  test('nothing that axe finds fault with', async ({ page }) => {
    const figure = await opened(page, 'exploding', '#exploding=clip-1');
    await figure.getByText('The numbers as a table').click();
    const { violations } = await new AxeBuilder({ page }).include('#vanishing').include('#exploding').analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});
