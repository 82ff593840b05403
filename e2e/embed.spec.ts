// Someone else's page: one script tag, one element, no JavaScript of its own, under the strictest policy we promise.
import { expect, type Locator, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../scripts/content_security_policy.mjs';
import { entryColours } from './entry_colours';
import { test, watch } from './quiet_page';
import { element as TAG, gridName, scriptTag } from './readme_snippet';

async function embed(page: Page, body: string): Promise<void> {
  await page.route('**/blog.html', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
      body: `<!doctype html><html lang="en"><title>A blog</title><link rel="icon" href="data:,">${scriptTag}${body}`,
    }),
  );
  await page.goto('./blog.html');
}

const grid = (page: Page | Locator) => page.getByRole('grid', { name: gridName });
const entry = (page: Page | Locator) => page.getByRole('gridcell');

test('one script tag and one element show the heatmap', async ({ page }) => {
  await embed(page, TAG);
  await expect(grid(page)).toBeVisible();
  for (const word of ['The', 'cat', 'yesterday', 'happy']) await expect(page.getByText(word, { exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Colours from −1 through 0 to 1' })).toBeVisible();
  await expect(page.getByText(/GPU/)).toBeVisible();
});

test('what is on the screen is the CPU’s picture too', async ({ page }) => {
  await embed(page, TAG + TAG.replace('seed', 'device="cpu" seed'));
  const canvases = page.locator('rnn-heatmap .plot canvas');
  await expect(canvases).toHaveCount(2);
  await expect(async () => {
    const [gpu, cpu] = [await entryColours(canvases.nth(0)), await entryColours(canvases.nth(1))];
    expect(new Set(gpu).size).toBeGreaterThan(30); // 64 values of a state are not all alike
    expect(gpu.filter((colour, i) => colour === cpu[i]).length).toBeGreaterThanOrEqual(60); // float32 may land on the next colour
  }).toPass();
});

test('is read with the keyboard and the pointer', async ({ page }) => {
  await embed(page, TAG);
  await expect(entry(page)).toHaveAccessibleName(/^unit 1, step 1 'The'/);
  await page.keyboard.press('Tab');
  await expect(entry(page)).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowDown');
  await expect(entry(page)).toHaveAccessibleName(/^unit 2, step 8 'happy', −?0\.\d+$/);
  await page.locator('rnn-heatmap .plot canvas').hover({ position: { x: 5, y: 5 } });
  await expect(page.locator('rnn-heatmap .tip')).toHaveText(/^\s*−?0\.\d+\s*unit 1, step 1 'The'\s*$/);
});

test('draws the same without WebGPU, and says what computes', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  await embed(page, TAG);
  await expect(grid(page)).toBeVisible();
  await expect(page.getByText(/CPU/)).toBeVisible();
  await expect(async () => expect(new Set(await entryColours(page.locator('rnn-heatmap .plot canvas'))).size).toBeGreaterThan(30)).toPass();
});

test('draws the same where WebGPU finds no adapter, and says so', async ({ page }) => {
  await page.addInitScript(() => (GPU.prototype.requestAdapter = () => Promise.resolve(null)));
  await embed(page, TAG);
  await expect(grid(page)).toBeVisible();
  await expect(page.getByText('float64 on the CPU. WebGPU found no graphics adapter it can use here.')).toBeVisible();
  await expect(async () => expect(new Set(await entryColours(page.locator('rnn-heatmap .plot canvas'))).size).toBeGreaterThan(30)).toPass();
});

test('goes on with the CPU when the GPU is lost again and again, and says so', async ({ browser, baseURL }) => {
  // Not the quiet page: what the browser itself says of commands to a device that has gone is no fault of ours.
  const page = await browser.newPage({ baseURL });
  await page.addInitScript(() => {
    const { submit } = GPUQueue.prototype;
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await requestDevice.call(this, descriptor);
      device.queue.submit = (commands) => {
        submit.call(device.queue, commands);
        device.destroy();
      };
      return device;
    };
  });
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(error.message));
  await embed(page, TAG);
  await expect(page.getByText('float64 on the CPU. The GPU was lost 3 times in a row; reload the page to try it again.')).toBeVisible();
  await expect(grid(page)).toBeVisible();
  await expect(async () => expect(new Set(await entryColours(page.locator('rnn-heatmap .plot canvas'))).size).toBeGreaterThan(30)).toPass();
  expect(thrown).toEqual([]);
  await page.close();
});

test('explains what it cannot draw', async ({ page }) => {
  await embed(page, TAG.replace('lstm', 'elman') + '<rnn-heatmap values="1 2 3" rows="2"></rnn-heatmap>');
  await expect(page.locator('.empty').nth(0)).toHaveText('There is no cell "elman"; available are rnn, rnn_relu, rnn_linear, lstm, lstm_peephole, lstm_nofg, lstm_1997, gru, gru_reset_before.');
  await expect(page.locator('.empty').nth(1)).toContainText('3 numbers given for 2 rows');
});

// A browser of its own: the crash takes the GPU from every page.
test('comes back when the GPU is lost', async ({ playwright, launchOptions, baseURL }) => {
  const browser = await playwright.chromium.launch(launchOptions);
  const page = await browser.newPage({ baseURL });
  const faults: string[] = [];
  watch(page, faults);
  await embed(page, TAG);
  await expect(grid(page)).toBeVisible();
  const before = await grid(page).elementHandle();
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess' as 'Browser.close').catch(() => undefined);
  await expect(async () => {
    expect(await before!.evaluate((element) => element.isConnected)).toBe(false); // taken down with its run, and built anew
    await expect(grid(page)).toBeVisible();
    expect(new Set(await entryColours(page.locator('rnn-heatmap .plot canvas'))).size).toBeGreaterThan(30);
  }).toPass();
  // Chromium's own word on the crash; nothing of ours.
  expect(faults.filter((fault) => !fault.includes('external Instance reference no longer exists'))).toEqual([]);
  await browser.close();
});
