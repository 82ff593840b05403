// Chapter 7: the reader answers, the page runs the experiment that decides.
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { test } from './quiet_page';

test('a wrong answer is met by what the experiment found, a right one too, and the link keeps the answers', async ({ page }) => {
  await page.goto('./');
  const question = page.locator('#quiz-power');
  const run = question.getByRole('button', { name: 'Run the experiment' });
  await expect(run).toHaveAttribute('aria-disabled', 'true');
  await question.getByRole('radio', { name: /about 0\.04/ }).check();
  await expect(page).toHaveURL(/quiz=power-a/);
  await run.click();
  await expect(question.getByText('The experiment says otherwise.')).toBeVisible({ timeout: 40_000 });
  await expect(question.getByText('Measured, with inputs of unit size')).toBeVisible();
  await question.getByRole('radio', { name: /Far less/ }).check();
  await expect(question.getByText('The experiment is with you.')).toBeVisible();
  await page.goBack();
  await expect(question.getByRole('radio', { name: /about 0\.04/ })).toBeChecked();
});

test('is answered by keyboard alone', async ({ page }) => {
  await page.goto('./#quiz=fading-c');
  const question = page.locator('#quiz-fading');
  await expect(question.getByRole('radio', { name: /^Only with gates/ })).toBeEnabled();
  await question.getByRole('radio', { name: /^Only with gates/ }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(question.getByRole('radio', { name: /^One cannot tell/ })).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(question.getByText('The experiment is with you.')).toBeVisible({ timeout: 40_000 });
});

test('an experiment is called off', async ({ page }) => {
  await page.goto('./#quiz=reach-a');
  const question = page.locator('#quiz-reach');
  await question.getByRole('button', { name: 'Run the experiment' }).click();
  await expect(question.getByRole('progressbar', { name: 'The experiment' })).toBeVisible();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question.getByRole('button', { name: 'Run the experiment' })).toHaveAttribute('aria-disabled', 'false');
  await expect(question.getByRole('progressbar')).toHaveCount(0);
  await expect(question.locator('.verdict')).toHaveCount(0);
});

test('has nothing that axe finds fault with', async ({ page }) => {
  await page.goto('./#quiz=start-b');
  const question = page.locator('#quiz-start');
  await question.getByRole('button', { name: 'Run the experiment' }).click();
  await expect(question.getByText('The experiment says otherwise.')).toBeVisible({ timeout: 40_000 });
  const { violations } = await new AxeBuilder({ page }).include('#quiz').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
