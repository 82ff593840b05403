// A page that has been opened works without a network, and a new build of it reaches its reader.
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import { begun, test, watch } from './quiet_page';

/** Names of what is kept for a page that has no network. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname.slice(1));
  });
}

/** Settles when a worker is in charge, and has all that the page has fetched. */
async function isKept(page: Page): Promise<void> {
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

for (const device of ['GPU', 'CPU'] as const) {
  test(`what has been opened works without a network, on the ${device}`, async ({ page, context }) => {
    test.setTimeout(180_000);
    if (device === 'CPU') await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
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
  });
}

base('a new build reaches the reader on the next visit, and what only the old one had is done away with', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'rnn-heatmap-offline-'));
  cpSync(join(import.meta.dirname, '../dist'), folder, { recursive: true });
  const { url, close } = await serve({ folder });
  const faults: string[] = [];
  watch(page, faults, url);
  const edit = (file: string, change: (text: string) => string) => writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  try {
    await page.goto(url);
    await begun(page);
    await isKept(page);
    const style = (await kept(page)).find((name) => /^assets\/index-.*\.css$/.test(name))!;

    // Another build: another style, under another name, and words that were not there before.
    const newStyle = style.replace('.css', '0.css');
    renameSync(join(folder, style), join(folder, newStyle));
    edit('index.html', (text) => text.replaceAll(style, newStyle).replace('A lesson you can run', 'A lesson that is new'));
    edit('service-worker.js', (text) => text.replace(style, newStyle));

    await page.goto(url);
    await expect(page.getByText('A lesson that is new')).toBeVisible();
    await expect.poll(() => kept(page)).toContain(newStyle);
    await expect.poll(() => kept(page)).not.toContain(style);
    await isKept(page);

    await page.context().setOffline(true);
    await page.reload();
    await expect(page.getByText('A lesson that is new')).toBeVisible();
    await begun(page);
    expect(faults).toEqual([]);
  } finally {
    close();
    rmSync(folder, { recursive: true });
  }
});
