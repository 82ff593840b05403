// A trained network's file that cannot be fetched: the figure says so, works with random weights, and asks again when told to.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { openedAt } from './quiet_page';

// What a service worker fetches is not the page's to cut off.
test.use({ serviceWorkers: 'block' });

/** Lets no file of a network through until the returned function is called. */
async function cutOff(page: Page): Promise<() => Promise<void>> {
  await page.route('**/models/**', (route) => route.abort());
  return () => page.unroute('**/models/**');
}

const said = (found: Locator, file: string) => found.getByRole('status').filter({ hasText: `${file} could not be fetched: there was no answer` });

test('figure 19 looks back with random weights, can be set, and is the trained network after another try', async ({ page }) => {
  const letThrough = await cutOff(page);
  const found = await openedAt(page, '#step=6', 19);
  await expect(said(found, 'agreement-attention.safetensors')).toContainText('Until it is here, you see a network with random weights.', { timeout: 40_000 });
  const arcs = found.getByRole('slider', { name: 'Word that looks back' });
  await expect(arcs).toHaveAttribute('aria-valuetext', /^yesterday, word 6 of 8\./, { timeout: 40_000 });
  await expect(found.getByText('the network expects')).toBeHidden();
  await found.getByRole('radio', { name: '4', exact: true }).check();
  await expect(found.getByRole('grid')).toHaveCount(4);

  const again = found.getByRole('button', { name: 'Try again' });
  await again.press('Enter');
  await expect(said(found, 'agreement-attention.safetensors')).toBeVisible();
  await expect(again).toBeFocused();
  await letThrough();
  await again.press('Enter');
  await expect(again).toBeHidden();
  await expect(arcs).toHaveAttribute('aria-valuetext', /^yesterday, word 6 of 8\. Takes 9\d(\.\d)? % from cat,/, { timeout: 40_000 });
  await expect(found.getByRole('radio', { name: '4', exact: true })).toBeDisabled();
  await expect(found.getByRole('radio', { name: 'trained' })).toBeFocused();
  await found.locator('rnn-predictions').evaluate((words) => words.scrollIntoView());
  await expect(found.getByText('the network expects')).toBeVisible();
});

test('figure 21 names each of its three files, and forgets them where random weights are asked for', async ({ page }) => {
  await cutOff(page);
  const found = await openedAt(page, '#three=weights-trained', 21);
  for (const name of ['lstm', 'attention', 'mamba']) await expect(said(found, `agreement-${name}.safetensors`)).toBeVisible({ timeout: 40_000 });
  await expect(found.getByRole('grid', { name: /^Influence .* 8 states by 8 words$/ })).toHaveCount(3, { timeout: 40_000 });
  await found.getByRole('radio', { name: 'random' }).check();
  await expect(found.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

test('figure 22 steps with random weights, whose Δ can be set', async ({ page }) => {
  await cutOff(page);
  const found = await openedAt(page, '#step=8', 22);
  await expect(said(found, 'agreement-mamba.safetensors')).toBeVisible({ timeout: 40_000 });
  await expect(found.getByRole('slider', { name: 'Δ by word' })).toHaveAttribute('aria-valuetext', /^happy, word 8 of 8/, { timeout: 40_000 });
  await found.getByRole('slider', { name: 'Δ at the start' }).focus();
  await page.keyboard.press('End');
  await expect(page).toHaveURL(/delta-10(~|&|$)/);
  await expect(said(found, 'agreement-mamba.safetensors')).toBeVisible();
});
