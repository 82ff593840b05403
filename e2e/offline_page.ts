// A page that has been opened, and the network that is then taken away from it.
import { expect, type BrowserContext, type Page } from '@playwright/test';
import { begun } from './quiet_page';

/** Names of what is kept for a page that has no network. */
export function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname.slice(1));
  });
}

/** Settles when a worker is in charge, and has all that the page has fetched. */
export async function isKept(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.slice(1)));
  await expect.poll(() => kept(page)).toEqual(expect.arrayContaining([...new Set(fetched), 'index.html']));
}

/** The whole page, so that every figure begins. */
async function scrolledThrough(page: Page): Promise<void> {
  const figures = await page.locator('main figure').all();
  expect(figures.length).toBeGreaterThan(15);
  for (const figure of figures) await figure.scrollIntoViewIfNeeded();
}

/** Opens the whole page, and then has it opened with other settings, reloaded and scrolled without a network. */
export async function worksOffline(page: Page, context: BrowserContext): Promise<void> {
  const stored = page.locator('#figure-stored').getByRole('slider', { name: 'Stored and gradient, by step' });
  await page.goto('./');
  await begun(page);
  await scrolledThrough(page);
  await page.locator('#figure-stored').scrollIntoViewIfNeeded();
  await expect(stored).toBeVisible({ timeout: 40_000 });
  await isKept(page);

  await context.setOffline(true);
  // With other settings than any that was opened, and for a class.
  await page.goto('./?hide=dock#v=1&text=No%20network%20here');
  await expect(page.locator('rnn-heatmap').first().getByText('here', { exact: true }).first()).toBeVisible();
  await page.reload();
  await expect(page.locator('rnn-heatmap').first().getByText('here', { exact: true }).first()).toBeVisible();
  await page.locator('#figure-stored').scrollIntoViewIfNeeded();
  await expect(stored).toBeVisible({ timeout: 40_000 });
  await context.setOffline(false);
}
