// Gradients and influence on someone else's page, by keyboard, under the strictest policy we promise.
import { expect, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../scripts/content_security_policy.mjs';
import { test } from './quiet_page';

const SENTENCE = 'The cat that we saw yesterday was happy';
const MODEL = `<rnn-model id="m" cell="lstm" hidden="8" seed="1" text="${SENTENCE}"></rnn-model>`;

async function open(page: Page, body: string): Promise<void> {
  await page.route('**/blog.html', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
      body: `<!doctype html><html lang="en"><title>A blog</title><link rel="icon" href="data:,"><script type="module" src="rnn-heatmap.js"></script>${body}`,
    }),
  );
  await page.goto('./blog.html');
}

test('the influence of every word on every state is read with the keyboard, and moves the model', async ({ page }) => {
  await open(page, `${MODEL}<rnn-influence for="m"></rnn-influence><rnn-heatmap for="m"></rnn-heatmap>`);
  await expect(page.getByRole('grid', { name: /^Influence .* 8 states by 8 words$/ })).toBeVisible();
  const entry = page.locator('rnn-influence').getByRole('gridcell');
  await page.keyboard.press('Tab'); // the choice of units
  await expect(page.getByRole('combobox', { name: 'Felt by' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(entry).toBeFocused();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const reading = /^‖∂h_8\/∂x_2‖ = \d[\d.]*(e−\d+)?: 'happy' feels 'cat'$/;
  await expect(entry).toHaveAccessibleName(reading);
  await expect(page.getByText(reading).first()).toBeVisible();
  await expect(page.locator('body > rnn-heatmap').getByRole('gridcell')).toHaveAccessibleName(/step 8 'happy'/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await expect(entry).toHaveAccessibleName("‖∂h_7/∂x_8‖ = 0: 'was' has not read 'happy'");
});

test('one unit is chosen with the keyboard', async ({ page }) => {
  await open(page, `${MODEL}<rnn-influence for="m"></rnn-influence>`);
  const choice = page.getByRole('combobox', { name: 'Felt by' });
  await choice.focus();
  await page.keyboard.type('unit 3');
  await expect(choice).toHaveValue('2');
  await expect(page.getByText(/unit 3 alone/)).toBeVisible();
});

test('a gradient is drawn by its logarithm from a text alone, and a text too long for all pairs is explained', async ({ page }) => {
  const long = Array.from({ length: 300 }, (_, i) => `w${i}`).join(' ');
  await open(page, `<rnn-heatmap signal="d_h" text="${SENTENCE}" loss-unit="2"></rnn-heatmap><rnn-heatmap signal="influence" text="${long}"></rnn-heatmap>`);
  const gradient = page.getByRole('grid', { name: "d_h, ∂h₃ at 'happy' / ∂h_t (LSTM of 8 units), 8 units by 8 steps" });
  await expect(gradient).toBeVisible();
  await expect(page.getByRole('img', { name: /^Colours from .* to 1, by their logarithm; exactly 0 has a colour of its own$/ })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('End');
  await expect(gradient.getByRole('gridcell')).toHaveAccessibleName("unit 1, step 8 'happy', 0");
  await expect(page.locator('.empty')).toContainText('this sequence has 300; all pairs are measured for 1 to 256 steps');
});

test('the influence of a text alone is measured without WebGPU too', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  await open(page, `<rnn-heatmap signal="influence" cell="gru" text="${SENTENCE}"></rnn-heatmap>`);
  await expect(page.getByRole('grid', { name: /^Influence/ })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('gridcell')).toHaveAccessibleName(/^‖∂h_1\/∂x_1‖ = .*: 'The' feels 'The'$/);
});
