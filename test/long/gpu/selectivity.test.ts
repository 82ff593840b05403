/** E7: the same layers with Δ, B and C that no input can change, on a task that has to choose what to store. */
import { expect, test } from 'vitest';
import type { LayerSpec } from '../../../src/engine/index';
import { accuraciesOf, gpuEngine, LONGEST } from './trained_on';

const UPDATES = 1500;

async function after(frozen: boolean): Promise<number> {
  using engine = await gpuEngine();
  const layer: LayerSpec = { block: 'mamba', state: 8, frozen };
  const means = await accuraciesOf(engine, { task: 'selective_copy', settings: { length: 32, data: 8, symbols: 8 }, layers: [layer, layer], rate: 5e-3, updates: UPDATES, seeds: [1] });
  return means.slice(-10).reduce((sum, [mean]) => sum + mean, 0) / 10;
}

let selective: number;

test('Mamba copies what it must select', { timeout: LONGEST }, async () => {
  selective = await after(false);
  expect(selective).toBeGreaterThan(0.7);
});

test('frozen, it is behind by 10 points or more at equal updates', { timeout: LONGEST }, async () => {
  const frozen = await after(true);
  console.log(`after ${UPDATES} updates ${selective.toFixed(3)} with selection, ${frozen.toFixed(3)} without`);
  expect(selective - frozen).toBeGreaterThanOrEqual(0.1);
});
