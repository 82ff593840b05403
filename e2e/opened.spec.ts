// Networks that others made, on the page: each figure shows them, or says what it cannot show and what there is instead.
import { expect, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { RnnModel } from '../src/elements/rnn-model';
import { begun, test } from './quiet_page';

const figure = (page: Page, number: number) => page.getByRole('figure', { name: new RegExp(`^Figure ${number}\\.`) });
const controls = (page: Page) => page.getByRole('region', { name: 'Sentence and network' });
/** Under the first figure; there is another in chapter 8. */
const opener = (page: Page) => page.locator('.more-views rnn-opener');
const note = (page: Page) => page.getByText('This network is from your file');

/** The figure, once it is on the screen and shows words. */
async function seen(page: Page, number: number, words: RegExp | string): Promise<Locator> {
  const found = figure(page, number);
  await found.scrollIntoViewIfNeeded();
  await expect(found.getByText(words).first()).toBeVisible({ timeout: 40_000 });
  return found;
}

/** A file that the page itself saves, of a network with these layers that has a head for the words of the agreement task. */
async function saved(page: Page, layers: string): Promise<Buffer> {
  const bytes = await page.evaluate(async (stack) => {
    const model = Object.assign(document.createElement('rnn-model') as RnnModel, { layers: stack, embedding: 8, task: 'agreement', device: 'cpu' as const });
    document.body.append(model);
    await new Promise<void>((resolve) => model.watch(() => model.state.status === 'ready' && resolve()));
    const file = await model.saveFile();
    model.remove();
    return [...file.bytes];
  }, layers);
  return Buffer.from(bytes);
}

async function open(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByText('Open a network of your own', { exact: true }).click();
  await opener(page).getByLabel('A safetensors file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  await expect(note(page)).toContainText(name);
}

test.beforeEach(async ({ page }) => {
  await page.goto('./#text=the%20cat%20that%20we%20saw%20yesterday%20was%20happy&step=2');
  await begun(page);
});

test('an LSTM of characters that PyTorch trained is read by every figure', async ({ page }) => {
  await open(page, 'charlm_lstm.safetensors', readFileSync('test/fixtures/golden/charlm_lstm.safetensors'));
  await expect(opener(page).getByText('is open: LSTM of 48 units, which reads 29 words or characters')).toBeVisible();
  await expect(controls(page).getByRole('combobox', { name: 'Cell' })).toBeDisabled();
  await expect(controls(page).getByRole('spinbutton', { name: 'Units' })).toHaveValue('48');
  await expect(controls(page).getByText(/✓ .*39 steps|✓ .*every step/)).toBeVisible({ timeout: 40_000 });

  await seen(page, 1, 'h, hidden state (LSTM of 48 units)');
  await seen(page, 2, 'h₂, the hidden state after h');
  await seen(page, 3, /The two states are [\d.]+ apart/);
  await seen(page, 4, /After h, step 2 of 39/);
  await expect((await seen(page, 5, 'h₂')).getByRole('option', { name: 'h, step 2 of 39' })).toBeVisible();
  await controls(page).getByRole('combobox', { name: 'Signal' }).selectOption('f');
  await seen(page, 6, /^f, forget gate/);
  const compared = await seen(page, 7, /The sentences have 39 and 40 characters; compared are the 39 steps/);
  await expect(compared.getByText(/After th, the network expects/)).toBeVisible();
  await seen(page, 8, /the states still differ by \d/);
  await seen(page, 9, /^Influence ‖∂h_t/);
  await seen(page, 11, 'largest singular value');

  await opener(page).getByRole('button', { name: 'Close the file' }).click();
  await expect(note(page)).toBeHidden();
  await expect(controls(page).getByRole('combobox', { name: 'Cell' })).toBeEnabled();
  await expect((await seen(page, 2, /hidden state after/)).getByRole('option')).toHaveCount(8);
});

test('attention above an LSTM is shown where it can be, and told where it cannot', async ({ page }) => {
  await open(page, 'hybrid.safetensors', await saved(page, 'lstm hidden:8, attention heads:2'));
  await expect(note(page)).toContainText('LSTM, then Attention');
  await seen(page, 1, /^y, the layer's output \(layer 2, Attention of 8 units\)/);
  await seen(page, 2, 'y₂, the layer\'s output after cat');
  await seen(page, 3, /The two outputs are/);
  await seen(page, 4, /After cat, step 2 of 8, in layer 1 of 2, LSTM/);
  await seen(page, 5, /Attention is no chain/);
  await controls(page).getByRole('combobox', { name: 'Signal' }).selectOption('q');
  await seen(page, 6, /^q, queries/);
  await seen(page, 7, /Length of the difference, ‖Δq‖/);
  await expect(figure(page, 7).getByText(/After the cat, the network expects/)).toBeVisible();
  await seen(page, 8, /the outputs differ by \d/);
  await seen(page, 9, /^Influence ‖∂h_t/);
  await seen(page, 11, /root mean square over the numbers of y/);
  await controls(page).getByRole('textbox', { name: 'Any sentence' }).fill('the dog was happy');
  await seen(page, 2, /of 4/);
});

test('Mamba alone has no gates, no U and no cell, and every figure says what there is instead', async ({ page }) => {
  await open(page, 'mamba.safetensors', await saved(page, 'mamba state:4'));
  await seen(page, 4, /Mamba has no cell whose sums .* delta .* decay/);
  await seen(page, 5, /Mamba has no U: it hands its states conv and h from step to step/);
  await controls(page).getByRole('combobox', { name: 'Signal' }).selectOption('delta');
  await seen(page, 6, /^delta, Δ, how far a channel steps/);
  await seen(page, 8, /the outputs differ by \d/);
  await seen(page, 11, /root mean square over the numbers of y/);
});

test('a network of the page’s own is taken up again where a broken file follows an open one', async ({ page }) => {
  const file = await saved(page, 'gru hidden:5');
  await open(page, 'good.safetensors', file);
  await expect((await seen(page, 2, /hidden state after/)).getByRole('option')).toHaveCount(5);
  await opener(page).getByLabel('A safetensors file').setInputFiles({ name: 'cut.safetensors', mimeType: 'application/octet-stream', buffer: file.subarray(0, 300) });
  await expect(opener(page).getByText(/cut\.safetensors could not be opened.*What was open before still is\./s)).toBeVisible();
  await expect(note(page)).toContainText('good.safetensors');
  await opener(page).getByRole('button', { name: 'Close the file' }).click();
  await expect((await seen(page, 2, /hidden state after/)).getByRole('option')).toHaveCount(8);
});
