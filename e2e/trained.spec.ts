// Trained networks on the page: the switch, what they expect next, chapter 3c, and a file of the reader's own.
import { expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { figure, test } from './quiet_page';

// Figures far from the screen compute nothing: up to figure 6 all are near.
test.use({ viewport: { width: 1280, height: 3200 } });

const controls = (page: Page) => page.getByRole('region', { name: 'Sentence and network' });
const model = 'public/models/agreement-lstm.safetensors';

async function opened(page: Page, hash = ''): Promise<void> {
  await page.goto(`./${hash}`);
  await expect(page.getByRole('listbox', { name: /^Units of/ })).toBeVisible();
}

test('the whole page reads with trained weights, says what comes next, and the link keeps it', async ({ page }) => {
  await opened(page, '#cell=lstm&step=6');
  await controls(page).getByRole('combobox', { name: 'Weights' }).selectOption('trained');
  await expect(page.getByRole('listbox', { name: 'Units of h after yesterday' }).getByRole('option')).toHaveCount(32);
  await expect(page).toHaveURL(/weights=trained/);
  await expect(page.getByText('This network is trained')).toBeVisible();
  await expect(controls(page).getByRole('spinbutton', { name: 'Seed' })).toBeDisabled();
  await figure(page, 7).scrollIntoViewIfNeeded();
  const expected = figure(page, 7).getByRole('listitem').filter({ hasText: /^\s*(was|were)\s/ });
  await expect(expected).toHaveText([/was\s+2\d(\.\d)? %/, /were\s+[0-5](\.\d)? %/]);
  await page.goBack();
  await expect(page.getByText('This network is untrained')).toBeVisible();
  await expect(page.getByRole('listbox', { name: 'Units of h after yesterday' }).getByRole('option')).toHaveCount(8);
});

test('a cell of which there is no trained one says so, and stays random', async ({ page }) => {
  await opened(page, '#cell=rnn_relu&weights=trained');
  await expect(page.getByText(/There is no trained RNN \(ReLU\) here/)).toBeVisible();
  await expect(controls(page).getByRole('combobox', { name: 'Weights' })).toHaveValue('random');
});

test('a trained plain network keeps the noun over fifty words, and its gradient does not', async ({ page }) => {
  await opened(page, '#stored=distance-50');
  const stored = figure(page, 13);
  await stored.scrollIntoViewIfNeeded();
  await expect(stored.getByText(/the states still differ by 3\.\d+: that much is stored/)).toBeVisible({ timeout: 40_000 });
  await expect(stored.getByText(/A correction sent back from the end has \d\.\de−1[5-8] times its size/)).toBeVisible();
  const verb = (word: string) => stored.getByRole('listitem').filter({ hasText: new RegExp(`^\\s*${word}\\s`) });
  await expect(verb('was')).toHaveText(/1\d(\.\d)? %/);
  await expect(verb('were')).toHaveText(/0\.\d %/);
  await stored.getByRole('radio', { name: 'cats' }).check();
  await expect(verb('were')).toHaveText(/1\d(\.\d)? %/);
  await expect(page).toHaveURL(/stored=distance-50~noun-cats/);
});

test('the gated networks of chapter 3c are there to compare with', async ({ page }) => {
  await opened(page, '#stored=distance-30~cell-gru');
  const stored = figure(page, 13);
  await stored.scrollIntoViewIfNeeded();
  await expect(stored.getByRole('radio', { name: 'GRU' })).toBeChecked();
  await expect(stored.getByText(/the states still differ by \d/)).toBeVisible({ timeout: 40_000 });
  await expect(stored.getByRole('listitem').filter({ hasText: /^\s*were\s/ })).toHaveText(/were\s+\d(\.\d)? %/);
});

test('a file of the reader’s own opens, and one that is none leaves the page as it was', async ({ page }) => {
  await opened(page);
  await page.getByText('Open a network of your own', { exact: true }).click();
  const opener = page.locator('.more-views rnn-opener');
  const file = opener.getByLabel('A safetensors file');
  await file.setInputFiles({ name: 'broken.safetensors', mimeType: 'application/octet-stream', buffer: readFileSync(model).subarray(0, 900) });
  await expect(opener.getByText(/broken\.safetensors could not be opened/)).toBeVisible();
  await expect(page.getByRole('listbox', { name: /^Units of/ }).getByRole('option')).toHaveCount(8);
  await file.setInputFiles(model);
  await expect(opener.getByText(/agreement-lstm\.safetensors is open: LSTM of 32 units/)).toBeVisible();
  await expect(page.getByRole('listbox', { name: /^Units of/ }).getByRole('option')).toHaveCount(32);
  await opener.getByRole('button', { name: 'Close the file' }).click();
  await expect(page.getByRole('listbox', { name: /^Units of/ }).getByRole('option')).toHaveCount(8);
});
