// What the page asks of a reader's line and machine: little before the first figure, and nothing for what is out of sight.
import { gzipSync } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import type { RnnModel } from '../src/elements/rnn-model';
import { test } from './quiet_page';

/**
 * Script of the first chapter, in bytes, each file compressed by itself as a server does: what the page itself names, and
 * all that is fetched until the first figure is drawn, which is the engine of the device with its kernels more.
 */
const MOST_NAMED = 105_500;
const MOST_FETCHED = 140_000;

/** Loads the page, and notes in it when its first figure was drawn. */
async function openedAndTimed(page: Page, hash = ''): Promise<void> {
  await page.addInitScript(() => {
    const look = () => {
      if (document.querySelector('#run')?.matches(':state(ready)')) performance.mark('first figure');
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(`./${hash}`);
  await page.waitForFunction(() => performance.getEntriesByName('first figure').length > 0 && customElements.get('rnn-scan') !== undefined);
}

/** Addresses of the scripts that were asked for before the first figure was drawn, workers' included. */
function scriptsBefore(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const [{ startTime: drawn }] = performance.getEntriesByName('first figure');
    const before = performance.getEntriesByType('resource').filter(({ startTime }) => startTime < drawn);
    return before.map(({ name }) => name).filter((name) => name.endsWith('.js'));
  });
}

async function compressed(page: Page, addresses: readonly string[]): Promise<number> {
  const sizes = await Promise.all(addresses.map(async (address) => gzipSync(await (await page.request.get(address)).body(), { level: 9 }).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('the first figure stands with little script, and the later chapters come after it, unasked', async ({ page }) => {
  await openedAndTimed(page);
  // As it was sent; what is fetched later gets links of its own.
  const html = await (await page.request.get('./')).text();
  const named = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, address]) => new URL(address, page.url()).href);
  expect(named.length).toBeGreaterThan(1);
  const fetched = await scriptsBefore(page);
  expect(fetched).toEqual(expect.arrayContaining(named));
  expect(fetched.length).toBeGreaterThan(named.length);
  expect(fetched.filter((address) => /\/chapters-|curve_chart/.test(address))).toEqual([]);
  const [namedBytes, fetchedBytes] = [await compressed(page, named), await compressed(page, fetched)];
  test.info().annotations.push({ type: 'script', description: `${namedBytes} B named, ${fetchedBytes} B fetched before the first figure` });
  expect(namedBytes).toBeLessThan(MOST_NAMED);
  expect(fetchedBytes).toBeLessThan(MOST_FETCHED);
});

test('what is far down the page fetches no network and computes nothing', async ({ page }) => {
  const files: string[] = [];
  page.on('request', (request) => request.url().endsWith('.safetensors') && files.push(request.url()));
  await openedAndTimed(page);
  const computed = await page.evaluate(() => [...document.querySelectorAll<RnnModel>('rnn-model')].filter(({ state }) => state.tape).map(({ id }) => id));
  expect(computed).toEqual(['reader']);
  expect(files).toEqual([]);
});

test('a page that the browser scrolled before its script was there, as after a reload, draws what is in sight', async ({ page }) => {
  const flow = page.locator('#figure-vanishing rnn-gradient-flow');
  await page.route(({ pathname }) => pathname === '/', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('</body>', '<script src="./scrolled.js"></script></body>') });
  });
  const scroll = `
    document.getElementById('figure-vanishing').scrollIntoView({ behavior: 'instant' });
    addEventListener('scroll', () => setTimeout(() => fetch('./scrolled.txt')), { once: true });`;
  await page.route('**/scrolled.js', (route) => route.fulfill({ contentType: 'text/javascript', body: scroll }));
  let listen: () => void;
  const scrolled = new Promise<void>((resolve) => (listen = resolve));
  await page.route('**/scrolled.txt', (route) => route.fulfill({ body: '' }).then(listen));
  // Whoever listens from then on hears of no scrolling.
  await page.route(/assets\/index-.*\.js/, (route) => scrolled.then(() => route.continue()));
  await page.goto('./');
  await expect(flow.getByRole('slider', { name: /^Distance k/ })).toBeVisible();
  expect(await page.evaluate(() => document.querySelector('#run')!.matches(':state(ready)'))).toBe(false);
});

test('a race rests while it is out of sight, and goes on when it is back', async ({ page }) => {
  await page.goto('./#race=distance-2~networks-1~updates-2000~who-ab');
  const race = page.locator('#figure-race');
  await race.scrollIntoViewIfNeeded();
  await expect(race.getByRole('rowheader').first()).toBeVisible({ timeout: 40_000 });
  const trainings = () => page.evaluate(() => [...document.querySelectorAll<RnnModel>('#race-models rnn-model')].map(({ training: { status, updates } }) => ({ status, updates })));
  await race.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(async () => (await trainings()).map(({ status }) => status), { timeout: 40_000 }).toEqual(['running', 'running']);

  await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  await expect.poll(async () => (await trainings()).map(({ status }) => status)).toEqual(['paused', 'paused']);
  await expect(race.getByText('It rests while it is out of sight.')).toBeAttached();
  const [{ updates: before }] = await trainings();

  await race.scrollIntoViewIfNeeded();
  await expect.poll(async () => (await trainings())[0].updates).toBeGreaterThan(before);
  await race.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(race.getByText(/^Paused at update/)).toBeVisible();
});

test('a playground that trains rests while it is out of sight, says so, and goes on when it is back', async ({ page }) => {
  await page.goto('./#play=layers-gru!hidden.4~task-keyed_latch');
  const playground = page.locator('#figure-playground');
  await playground.scrollIntoViewIfNeeded();
  await playground.getByRole('button', { name: 'Train', exact: true }).click({ timeout: 40_000 });
  const training = () => page.evaluate(() => document.querySelector<RnnModel>('#player')!.training);
  await expect.poll(async () => (await training()).updates, { timeout: 40_000 }).toBeGreaterThan(0);

  await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  await expect.poll(async () => (await training()).status).toBe('paused');
  const { updates, message } = await training();
  expect(message).toBe('It rests while it is out of sight.');

  await playground.scrollIntoViewIfNeeded();
  await expect.poll(async () => (await training()).updates).toBeGreaterThan(updates);
  await playground.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect.poll(async () => (await training()).status).toBe('paused');
  await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  await playground.scrollIntoViewIfNeeded();
  await expect(playground.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
});

test('a race that the reader paused stays paused, wherever the page is scrolled', async ({ page }) => {
  await page.goto('./#race=distance-2~networks-1~updates-2000~who-a');
  const race = page.locator('#figure-race');
  await race.scrollIntoViewIfNeeded();
  await expect(race.getByRole('rowheader').first()).toBeVisible({ timeout: 40_000 });
  await race.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(race.getByText('Paused at update 1.')).toBeVisible({ timeout: 40_000 });
  await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  await race.scrollIntoViewIfNeeded();
  await expect(race.getByText('Paused at update 1.')).toBeVisible();
});
