// Ten minutes of training with eight heatmaps that follow it: nothing piles up, neither on the GPU nor in the page.
import { expect } from '@playwright/test';
import { contentSecurityPolicy } from '../../scripts/content_security_policy.mjs';
import { test } from '../../e2e/quiet_page';

const MINUTES = 10;
/** By then every buffer has been drawn from, and every size been met. */
const SETTLED_MINUTES = 2;
/** Tallies are kept, up to 10,000 of about 400 bytes; what else grows is a leak. */
const MOST_GROWTH = 6e6;

const signals = ['h', 'c', 'i', 'f', 'g', 'o', 'd_h', 'd_c'];

interface Counts {
  readonly heap: number;
  /** GPU objects that were made and not destroyed: bind groups and pipelines never are, so they may not be made. */
  readonly alive: number;
  readonly made: number;
  readonly update: number;
}

test('ten minutes of training with eight heatmaps leave nothing behind', async ({ page }) => {
  test.setTimeout((MINUTES + 5) * 60_000);
  await page.addInitScript(() => {
    const counts = { alive: 0, made: 0 };
    Reflect.set(globalThis, 'gpuCounts', counts);
    for (const thing of ['Buffer', 'Texture', 'BindGroup', 'BindGroupLayout', 'ComputePipeline', 'RenderPipeline', 'ShaderModule', 'QuerySet']) {
      const name = `create${thing}`;
      const create = Reflect.get(GPUDevice.prototype, name) as (...given: unknown[]) => object;
      Reflect.set(GPUDevice.prototype, name, function (this: GPUDevice, ...given: unknown[]) {
        counts.alive++;
        counts.made++;
        return create.apply(this, given);
      });
    }
    for (const { prototype } of [GPUBuffer, GPUTexture]) {
      const { destroy } = prototype;
      prototype.destroy = function (this: GPUBuffer & GPUTexture) {
        counts.alive--;
        return destroy.call(this);
      };
    }
  });
  await page.route('**/live.html', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
      body: `<!doctype html><html lang="en"><title>Training</title><link rel="icon" href="data:,"><script type="module" src="rnn-heatmap.js"></script>
        <rnn-model id="learner" cell="lstm" hidden="8" embedding="8" task="keyed_latch" task-settings="distance:8" batch="16"></rnn-model>
        ${signals.map((signal) => `<rnn-heatmap for="learner" signal="${signal}"></rnn-heatmap>`).join('')}`,
    }),
  );
  await page.goto('./live.html');
  await expect(page.getByRole('grid')).toHaveCount(signals.length, { timeout: 60_000 });
  await page.evaluate(() => document.querySelector('rnn-model')!.train());

  const session = await page.context().newCDPSession(page);
  const count = async (): Promise<Counts> => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { alive, made, update } = await page.evaluate(() => ({
      ...(Reflect.get(globalThis, 'gpuCounts') as { alive: number; made: number }),
      update: document.querySelector('rnn-model')!.training.updates,
    }));
    return { heap: usedSize, alive, made, update };
  };
  const minutes: Counts[] = [];
  for (let minute = 1; minute <= MINUTES; minute++) {
    await page.waitForTimeout(60_000);
    minutes.push(await count());
    const { heap, alive, made, update } = minutes[minute - 1];
    console.log(`minute ${minute}: update ${update}, heap ${(heap / 1e6).toFixed(1)} MB, ${alive} GPU objects, ${made} ever made`);
  }
  const [settled, end] = [minutes[SETTLED_MINUTES - 1], minutes[MINUTES - 1]];
  expect(end.update).toBeGreaterThan(settled.update + 100);
  expect(end.made).toBe(settled.made);
  expect(end.heap - settled.heap).toBeLessThan(MOST_GROWTH);
});
