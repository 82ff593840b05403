// The GPU is taken away in the middle of live training. A browser of its own: the crash takes the GPU from every page.
import { expect, test, type Page } from '@playwright/test';
import type { RnnModel } from '../src/elements/rnn-model';
import { begun, watch } from './quiet_page';

/** What the page's learner said of itself, whenever it said anything new. */
interface Said {
  readonly time: number;
  readonly status: string;
  readonly updates: number;
  readonly message: string;
}

/** Work that may be lost: the weights are read back every five seconds, and that takes a moment. In milliseconds, on the page's clock. */
const MOST_LOST = 6000;

async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const model = document.getElementById('learner') as RnnModel;
    const said: Said[] = [];
    Object.assign(globalThis, { said });
    model.watch(() => {
      const { status, updates, message } = model.training;
      const last = said.at(-1);
      if (last?.status !== status || last.updates !== updates || last.message !== message) said.push({ time: performance.now(), status, updates, message });
    });
  });
}

const heard = (page: Page) => page.evaluate(() => (globalThis as unknown as { said: Said[] }).said);
const weights = (page: Page) => page.evaluate(() => [...(document.getElementById('learner') as RnnModel).state.model!.parameters.get('weight_hh_l0')!.data]);
const losses = (page: Page) => page.evaluate(() => (document.getElementById('learner') as RnnModel).training.tallies.map(({ update, loss }) => [update, loss[0]] as const));
const mean = (pairs: readonly (readonly [number, number])[]) => pairs.reduce((sum, [, loss]) => sum + loss, 0) / pairs.length;

test('training goes on from its last snapshot when the GPU is lost, and says so', async ({ playwright, launchOptions, baseURL }) => {
  test.setTimeout(180_000);
  const browser = await playwright.chromium.launch(launchOptions);
  const page = await browser.newPage({ baseURL });
  const faults: string[] = [];
  watch(page, faults);
  await page.goto('./#learner=task-agreement~hidden-8');
  await begun(page);
  const learner = page.getByRole('figure', { name: /^Figure 16\./ });
  await learner.scrollIntoViewIfNeeded();
  await expect(learner.getByRole('grid', { name: /^h, hidden state/ })).toBeVisible({ timeout: 40_000 });
  const start = await weights(page);
  await listen(page);
  await learner.getByRole('button', { name: 'Train', exact: true }).click();
  // Long enough for the first snapshot to be due and taken.
  await page.waitForFunction((enough) => {
    const { said } = globalThis as unknown as { said: Said[] };
    const first = said.find(({ status, updates }) => status === 'running' && updates > 0);
    return first !== undefined && performance.now() - first.time > enough;
  }, 8000);
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess' as 'Browser.close').catch(() => undefined);

  const interrupted = learner.getByText(/^The GPU device was lost .* at update \d+; training went on from update \d+\.$/);
  await expect(interrupted).toBeVisible({ timeout: 60_000 });
  const [, at, kept] = (await interrupted.textContent())!.match(/at update (\d+); training went on from update (\d+)/)!.map(Number);
  const told = await heard(page);
  expect(told.some(({ status, message }) => status === 'starting' && message.includes(`going on from update ${kept}…`))).toBe(true);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(at);
  const timeOf = (update: number) => told.find(({ updates }) => updates >= update)!.time;
  expect(timeOf(at) - timeOf(kept)).toBeLessThan(MOST_LOST);

  // It goes on for as long as before, and what it says of the network follows.
  await expect.poll(async () => (await heard(page)).at(-1)!.updates, { timeout: 90_000 }).toBeGreaterThan(at + 30);
  expect(await page.evaluate(() => (document.getElementById('learner') as RnnModel).training.status)).toBe('running');
  await learner.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(learner.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
  await expect(interrupted).toBeHidden();
  const curve = await losses(page);
  expect(curve.map(([update]) => update)).toEqual(Array.from({ length: curve.length }, (_, k) => k + 1));
  const beginning = mean(curve.slice(0, 10));
  const before = mean(curve.slice(kept - 10, kept));
  const after = mean(curve.slice(kept, kept + 10));
  const end = mean(curve.slice(-10));
  expect(before).toBeLessThan(beginning);
  // From the very weights of the snapshot: begun anew, the loss would be where it was at the beginning.
  expect(Math.abs(after - before)).toBeLessThan((beginning - before) / 2);
  expect(end).toBeLessThan(before);
  expect(await weights(page)).not.toEqual(start);
  await expect(learner.getByRole('grid', { name: /^h, hidden state/ })).toBeVisible();
  // Chromium's own words on the crash; nothing of ours.
  expect(faults.filter((fault) => !/external Instance reference no longer exists|GPU process|WebGPU|context was lost|CONTEXT_LOST/i.test(fault))).toEqual([]);
  await browser.close();
});
