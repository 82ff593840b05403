// A page that has been opened works without a network, and a new build of it reaches its reader.
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';
import { isKept, kept, worksOffline } from './offline_page';
import { begun, test, watch } from './quiet_page';

// On the CPU in test/long/offline.spec.ts.
test('what has been opened works without a network', async ({ page, context }) => {
  test.setTimeout(180_000);
  await worksOffline(page, context);
});

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
