// Chapter 6: which word moves the state, what layers cost, races to choose and to recall. Updates and points are counted, not timed.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator } from '@playwright/test';
import { figure, openedAt, test } from './quiet_page';

/** Δ of the chosen word, as it is told to a screen reader. */
async function stepAt(bars: Locator): Promise<number> {
  return Number(/Δ (\d[\d.]*)/.exec((await bars.getAttribute('aria-valuetext'))!)![1]);
}

test.describe('a scan', () => {
  test('that is frozen steps equally far at every word; a larger Δ keeps less', async ({ page }) => {
    const found = await openedAt(page, '#scan=weights-random~channel-1&step=8', 22);
    const bars = found.getByRole('slider', { name: 'Δ by word' });
    await expect(bars).toHaveAttribute('aria-valuetext', /^happy/, { timeout: 40_000 });
    await page.getByRole('link', { name: 'Freeze', exact: true }).press('Enter');
    await expect(page).toHaveURL(/scan=weights-random~frozen-yes~channel-1(&|$)/);
    await expect(async () => {
      const heights = await found.locator('.bars .bar').evaluateAll((all) => all.map((bar) => bar.getAttribute('height')));
      expect(new Set(heights).size).toBe(1);
    }).toPass();
    await found.getByRole('slider', { name: 'Δ at the start' }).focus();
    await page.keyboard.press('End');
    await expect(page).toHaveURL(/delta-10(~|&|$)/);
    await expect(found.getByText('a word would keep 0.000045 of the first number of the state')).toBeVisible();
    await expect(async () => expect(await stepAt(bars)).toBeCloseTo(10, 3)).toPass();
  });

  test('shows another channel by number, and the link says which', async ({ page }) => {
    const found = await openedAt(page, '', 22);
    const channel = found.getByRole('spinbutton', { name: /^Channel/ });
    await expect(channel).toHaveValue('44', { timeout: 40_000 });
    await channel.fill('3');
    await channel.press('Enter');
    await expect(page).toHaveURL(/scan=channel-3(&|$)/);
    await expect(found.getByText('Δ: how far channel 3 steps at each word')).toBeVisible();
  });
});

test.describe('costs', () => {
  test('that can be counted are drawn at once; of what is kept, attention’s alone grows', async ({ page }) => {
    const found = await openedAt(page, '#cost=width-16', 24);
    await expect(found.getByRole('img', { name: /^To be kept, to read on\. RNN: 64 B after 64 words, 64 B after 4096; LSTM: 128 B after 64 words, 128 B after 4096; Attention: 8\.19 kB after 64 words, 524 kB after 4096; Mamba: 2\.56 kB after 64 words, 2\.56 kB after 4096\.$/ })).toBeVisible({ timeout: 40_000 });
    await found.getByText('The numbers as a table').click();
    await expect(found.getByRole('rowheader', { name: '4096' })).toBeVisible();
  });

  test('are measured on demand, with progress, until the reader cancels', async ({ page }) => {
    const found = await openedAt(page, '#cost=width-16', 24);
    await expect(found.getByRole('button', { name: 'Measure' })).toHaveAttribute('aria-disabled', 'false', { timeout: 40_000 });
    await found.getByRole('button', { name: 'Measure' }).press('Enter');
    await expect(found.getByRole('progressbar', { name: 'Points measured' })).toBeVisible();
    await expect(found.getByRole('img', { name: /^Time to read n words, measured\. RNN: [\d.]+ m?s at \d+ words; LSTM: / })).toBeVisible({ timeout: 50_000 });
    await found.getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect(found.getByText('Cancelled; what was measured stands.')).toBeVisible({ timeout: 30_000 });
    await expect(found.getByRole('button', { name: 'Measure' })).toBeVisible();
  });
});

for (const [number, name, hash, who] of [
  [23, 'to choose', '#copy=updates-10~who-ab', ['Mamba', 'Mamba, Δ, B and C frozen']],
  [25, 'to recall', '#recall=amount-2~updates-10~who-abc', ['Attention, two layers', 'Mamba, two layers', 'Hybrid: Mamba, then attention']],
] as const) {
  test(`the race ${name} is run by all on the same updates, and put back`, async ({ page }) => {
    const found = await openedAt(page, hash, number);
    await expect(found.getByRole('rowheader')).toHaveText([...who], { timeout: 40_000 });
    await found.getByRole('button', { name: 'Train', exact: true }).press('Enter');
    await expect(found.getByRole('progressbar', { name: 'Updates done' })).toBeVisible();
    await expect(found.getByText('All 10 updates are done.')).toBeVisible({ timeout: 50_000 });
    await expect(found.getByRole('cell', { name: /of 1$/ })).toHaveCount(who.length);
    await found.getByRole('button', { name: 'Reset', exact: true }).press('Enter');
    await expect(found.getByText('Nothing has been trained yet.')).toBeVisible();
    await expect(found.getByRole('progressbar', { name: 'Updates done' })).toBeHidden();
  });
}

for (const [number, command, network] of [
  [23, 'npm run test:long -- selectivity', 'Mamba, Δ, B and C frozen'],
  [25, 'npm run test:long -- recall', 'Mamba, two layers'],
] as const) {
  test(`the race of figure ${number} says what came of it at full size, that it was computed before, and what computes it`, async ({ page }) => {
    const found = await openedAt(page, '', number);
    await found.getByText('At full size, precomputed').click();
    await expect(found.getByText(command)).toBeVisible();
    const recorded = found.getByRole('group', { name: 'Recorded results' });
    await expect(recorded.getByRole('row').filter({ hasText: network })).toContainText(/\d+ %.*seed/);
  });
}

test('has nothing that axe finds fault with', async ({ page }) => {
  await openedAt(page, '#step=6&copy=updates-10~who-a&recall=updates-10~who-a&cost=width-16', 22);
  await expect(figure(page, 22).getByRole('slider', { name: 'Δ by word' })).toBeVisible({ timeout: 40_000 });
  for (const number of [23, 24, 25]) {
    await figure(page, number).scrollIntoViewIfNeeded();
    await expect(figure(page, number).getByRole('img').first()).toBeVisible({ timeout: 40_000 });
  }
  const { violations } = await new AxeBuilder({ page }).include('#state-space').include('#cost').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
