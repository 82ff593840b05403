// Chapter 5: arcs, a bag of words, influence on one scale. All by keyboard.
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { figure, openedAt, test } from './quiet_page';

test.describe('attention', () => {
  test('of a network that agrees looks back from before the verb to its subject; words are walked through by arrow keys', async ({ page }) => {
    const found = await openedAt(page, '#step=6', 19);
    const arcs = found.getByRole('slider', { name: 'Word that looks back' });
    await expect(arcs).toHaveAttribute('aria-valuetext', /^yesterday, word 6 of 8\. Takes 9\d(\.\d)? % from cat,/, { timeout: 40_000 });
    await expect(found.getByText('After the cat that we saw yesterday, the network expects')).toBeVisible();
    await arcs.focus();
    await page.keyboard.press('Home');
    await expect(found.getByText('The first word, the, has nothing to look back at')).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await expect(arcs).toHaveAttribute('aria-valuetext', /^cat, word 2 of 8\./);
    await expect(page).toHaveURL(/[#&]step=2(&|$)/);
  });

  test('is that of the chosen head, and the link says which', async ({ page }) => {
    const found = await openedAt(page, '#step=6&attention=weights-random', 19);
    const reading = found.getByRole('status').filter({ hasText: 'takes' });
    await expect(reading).toBeVisible({ timeout: 40_000 });
    const before = await reading.textContent();
    const heads = found.getByRole('group', { name: 'Head', exact: true });
    await heads.getByRole('radio', { name: '2', exact: true }).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(page).toHaveURL(/attention=weights-random~head-1(&|$)/);
    await expect(reading).not.toHaveText(before!);
    await found.getByRole('radio', { name: '4', exact: true }).check();
    await expect(found.getByRole('grid')).toHaveCount(4);
    await page.goBack();
    await expect(found.getByRole('grid')).toHaveCount(2);
  });

  test('of one layer without positions reads a bag; with positions, or two layers, it notices the order', async ({ page }) => {
    const found = await openedAt(page, '', 20);
    const verdicts = found.locator('.verdict');
    await expect(verdicts).toHaveCount(2, { timeout: 40_000 });
    await expect(verdicts.last()).toContainText(/the same but for rounding: they differ by one part in \d[\d.]* million,|exactly the same/);
    await page.getByRole('link', { name: 'rotary positions' }).press('Enter');
    await expect(found.getByRole('radio', { name: 'rotary' })).toBeChecked();
    await expect(verdicts.last()).toContainText(/The two outputs are \d\.\d{2,} apart/);
    await page.getByRole('link', { name: 'two layers without positions' }).press('Enter');
    await expect(page).toHaveURL(/bag=layers-2(&|$)/);
    await expect(verdicts.last()).toContainText(/The two outputs are \d\.\d{2,} apart/);
  });
});

test('three matrices of influence share one scale, and their farthest pair is told in numbers', async ({ page }) => {
  const found = await openedAt(page, '', 21);
  await expect(found.getByRole('grid', { name: /^Influence .* 8 states by 8 words$/ })).toHaveCount(3, { timeout: 40_000 });
  await expect(page.getByText(/^Of ‘The’, 7 words back, ‘happy’ feels in the LSTM \d.*, attention \d.*, Mamba \d.*; of its own vector, in the LSTM/)).toBeVisible();
  const legends = found.getByRole('img', { name: /^Colours from/ });
  await expect(async () => expect(new Set(await legends.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')))).size).toBe(1)).toPass();
  await expect(page.getByText('Your sentence of 8 words is 36 pairs to compare')).toBeVisible();
  await found.getByRole('radio', { name: 'trained' }).check();
  await expect(page).toHaveURL(/three=weights-trained/);
  await expect(page.getByText(/^Of ‘the’, 7 words back, ‘happy’ feels in the LSTM/)).toBeVisible({ timeout: 30_000 });
});

test('a setting that makes no sense is complained about, and the figure stands as it starts', async ({ page }) => {
  const found = await openedAt(page, '#attention=heads-3&bag=positions-roman', 20);
  await expect(page.getByText(/The figure “attention” in this link: heads is one of 1, 2, 4, and not “3”/)).toBeVisible();
  await expect(found.getByRole('radio', { name: 'none' })).toBeChecked();
});

test('has nothing that axe finds fault with', async ({ page }) => {
  for (const number of [19, 20, 21]) {
    await openedAt(page, '#step=6', number);
    await expect(figure(page, number).locator('rnn-attention .arcs, .verdict, .plot').first()).toBeVisible({ timeout: 40_000 });
  }
  const { violations } = await new AxeBuilder({ page }).include('#attention').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
