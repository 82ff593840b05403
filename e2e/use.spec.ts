// Chapter 8: markup that is used, a network that is dropped in, a page for a class.
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator } from '@playwright/test';
import { test } from './quiet_page';

test('the picture is made from the very text on screen, and bad markup is answered in words', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./#v=1&text=Birds%20sing&cell=gru&hidden=5&seed=3');
  const figure = page.locator('#figure-snippet');
  await figure.scrollIntoViewIfNeeded();
  const markup = figure.getByRole('textbox', { name: 'The markup' });
  await expect(markup).toHaveValue(/text="Birds sing"\n {2}cell="gru"\n {2}hidden="5"/);
  await expect(figure.getByRole('grid', { name: /5 units by 2 steps$/ })).toBeVisible({ timeout: 40_000 });
  await figure.getByRole('button', { name: 'Copy, with the script tag' }).click();
  await expect(figure.getByText('Copied, with the script tag.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`<script type="module" src="rnn-heatmap.js"></script>\n${await markup.inputValue()}`);

  await markup.fill('<rnn-heatmap onclick="alert(1)"></rnn-heatmap>');
  await expect(figure.getByText(/has no attribute “onclick”/)).toBeVisible();
  await expect(figure.locator('rnn-heatmap')).toHaveAttribute('text', 'Birds sing');
  await markup.fill('<rnn-heatmap text="One two three" cell="rnn"></rnn-heatmap>');
  await expect(figure.locator('rnn-heatmap')).toHaveAttribute('text', 'One two three');
});

/** Lets go of a file over an element, as a reader does who dragged it here. */
async function drop(target: Locator, name: string, file: Buffer): Promise<void> {
  const transfer = await target.page().evaluateHandle(
    ([called, content]) => {
      const held = new DataTransfer();
      held.items.add(new File([Uint8Array.from(atob(content), (character) => character.charCodeAt(0))], called));
      return held;
    },
    [name, file.toString('base64')],
  );
  await target.dispatchEvent('dragover', { dataTransfer: transfer });
  await target.dispatchEvent('drop', { dataTransfer: transfer });
}

test('a network that is dropped in is shown on the reader’s own sentence, here and from the first figure on', async ({ page }) => {
  await page.goto('./#text=the%20cats%20were&step=3');
  const own = page.locator('#figure-own');
  await own.scrollIntoViewIfNeeded();
  await expect(own.getByRole('grid', { name: /8 units by 3 steps$/ })).toBeVisible({ timeout: 40_000 });
  const place = own.getByText('or drop a .safetensors file here');

  await drop(place, 'notes.safetensors', Buffer.from('no network at all'));
  await expect(own.getByText(/^notes\.safetensors could not be opened/)).toBeVisible();
  await drop(place, 'charlm_lstm.safetensors', readFileSync('test/fixtures/golden/charlm_lstm.safetensors'));
  await expect(own.getByText('charlm_lstm.safetensors is open: LSTM of 48 units, which reads 29 words or characters')).toBeVisible();
  // By characters: thirteen of them.
  await expect(own.getByRole('grid', { name: /48 units by 13 steps$/ })).toBeVisible({ timeout: 40_000 });
  await page.getByRole('textbox', { name: 'Any sentence' }).fill('the dog');
  await expect(own.getByRole('grid', { name: /48 units by 7 steps$/ })).toBeVisible();
  // Out of sight it draws nothing.
  await page.locator('#figure-run').scrollIntoViewIfNeeded();
  await expect(page.locator('#figure-run').getByRole('grid')).toHaveAccessibleName(/48 units by 7 steps$/);

  await own.scrollIntoViewIfNeeded();
  await own.getByRole('button', { name: 'Close the file' }).click();
  await expect(own.getByRole('grid', { name: /8 units by 2 steps$/ })).toBeVisible();
});

test('passes axe', async ({ page }) => {
  await page.goto('./');
  await page.locator('#figure-snippet').scrollIntoViewIfNeeded();
  await expect(page.locator('#figure-snippet').getByRole('grid')).toBeVisible({ timeout: 40_000 });
  const { violations } = await new AxeBuilder({ page }).include('#use').include('#bought').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

test.describe('for a class', () => {
  test('one figure stands alone, with a seed that is locked and nothing that was left out', async ({ page }) => {
    await page.goto('./?only=figure-run&hide=dock&seed=7#v=1&seed=3');
    await expect(page.locator('#figure-run').getByRole('grid')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toBeHidden();
    await expect(page.locator('#unrolled')).toBeHidden();
    await expect(page.getByRole('slider', { name: 'Step', exact: true })).toBeHidden();
    const seed = page.getByRole('spinbutton', { name: 'Seed' });
    await expect(seed).toHaveValue('7');
    await expect(seed).toBeDisabled();
  });

  test('a name that the page does not have shows all of it, and says so', async ({ page }) => {
    await page.goto('./?only=nowhere');
    await expect(page.getByText('only=nowhere: the page has no chapter or figure of that name')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
});
