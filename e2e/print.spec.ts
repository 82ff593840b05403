// The lesson on paper: figures as they stand, no controls, and what was set. Pictures are looked for in the PDF itself.
import { inflateSync } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import { test } from './quiet_page';

async function opened(page: Page, address: string): Promise<void> {
  await page.goto(`./${address}`);
  await expect(page.getByRole('grid').first()).toBeVisible();
}

test('paper has figures and words, what was set with its address, and nothing to press', async ({ page }) => {
  await opened(page, '#cell=lstm&step=6');
  const words = page.locator('rnn-compare button').filter({ hasText: 'yesterday' });
  await page.locator('rnn-compare').scrollIntoViewIfNeeded();
  await expect(words.first()).toBeVisible();
  await expect(page.locator('rnn-compare').getByRole('grid').first()).toBeVisible(); // words are there before anybody comes near
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const note = page.locator('.print-note');
  await expect(note).toContainText('“The cat that we saw yesterday was happy”, read by an untrained LSTM of 8 units, seed 1; step 6, unit 1.');
  await expect(note.getByRole('link')).toHaveAttribute('href', /#v=1&text=The%20cat.*cell=lstm.*step=6/);
  // The quiz's answers stay: on paper they are ticked.
  for (const control of ['input:not([name^=quiz])', 'select', 'textarea', '.controls', '.dock', 'rnn-trainer [part=button]', '.buttons button']) {
    expect(await page.locator(`${control}:visible`).evaluateAll((all) => all.map((each) => each.outerHTML.slice(0, 80))), control).toEqual([]);
  }
  // Words that are buttons stay words.
  await expect(words.first()).toBeVisible();
  const address = await page.locator('.closing a[href*=embed]').evaluate((link) => getComputedStyle(link, '::after').content);
  expect(address).toMatch(/http:.*embed\.html/);
  // A place on the page has no address of its own.
  await expect(page.locator('a[data-address*="#term"]')).toHaveCount(0);
});

test('a figure that was never near the screen says on paper why it shows nothing; once it has been there, it is printed', async ({ page }) => {
  await opened(page, '');
  await page.emulateMedia({ media: 'print' });
  const printed = (kind: string) => page.evaluate((type) => void dispatchEvent(new Event(type)), kind);
  await printed('beforeprint');
  const attention = page.locator('#figure-attention');
  const why = attention.getByText('it has not been computed');
  await expect(why).toBeVisible();
  await expect(attention.locator('.panel')).toBeHidden();
  await expect(page.locator('figure.first').getByText('it has not been computed')).toHaveCount(0);
  await expect(page.locator('#run')).toBeVisible();

  await printed('afterprint');
  await expect(why).toHaveCount(0);
  await page.emulateMedia({ media: 'screen' });
  await attention.scrollIntoViewIfNeeded();
  await expect(attention.getByRole('grid').first()).toBeVisible({ timeout: 40_000 });
  await page.emulateMedia({ media: 'print' });
  await printed('beforeprint');
  await expect(why).toHaveCount(0);
  await expect(attention.locator('.panel')).toBeVisible();
});

test('a heatmap that was painted on the screen is on paper', async ({ page }) => {
  await opened(page, '?only=figure-run#cell=lstm&step=3');
  const canvas = page.locator('#run [part=canvas]');
  await expect(canvas).toBeVisible();
  await page.waitForFunction(() => document.querySelector('#run')!.shadowRoot!.querySelector<HTMLCanvasElement>('[part=canvas]')!.width > 300);
  const pictures = picturesOf(await page.pdf({ format: 'A4', printBackground: true }));
  const colours = pictures.map(({ pixels }) => new Set(pixels).size);
  // 8 units by 8 words, of which hardly two have one colour.
  expect(Math.max(0, ...colours)).toBeGreaterThan(30);
});

/** The images of a PDF as the browser writes it, wider than a legend is high: their pixels as numbers. */
function picturesOf(pdf: Buffer): { readonly width: number; readonly height: number; readonly pixels: readonly number[] }[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/<<([^>]*\/Subtype \/Image[^>]*)>>\s*stream\r?\n/g)].flatMap(({ 0: head, 1: entries, index }) => {
    const number = (name: string) => Number(new RegExp(`/${name} (\\d+)`).exec(entries)?.[1]);
    const [width, height, length] = [number('Width'), number('Height'), number('Length')];
    // What is see-through of a picture stands in one of its own, in grey.
    if (entries.includes('/DeviceGray') || !entries.includes('/FlateDecode') || height < 50) return [];
    const from = index + head.length;
    const bytes = inflateSync(pdf.subarray(from, from + length));
    return [{ width, height, pixels: Array.from({ length: width * height }, (_, k) => bytes.readUIntBE(3 * k, 3)) }];
  });
}
