/** E5: 8 pairs are more than a state of fixed size holds here, and nothing to who can look back at all of them. */
import { expect, test } from 'vitest';
import type { LayerSpec } from '../../../src/engine/index';
import { accuraciesOf, gpuEngine, LONGEST } from './trained_on';

const attention: LayerSpec = { block: 'attention', heads: 2, norm: 'rms', mlp: 0, bias: false };

test('two layers of attention recall 8 pairs, 99 in 100 by update 700, both seeds', { timeout: LONGEST }, async () => {
  using engine = await gpuEngine();
  const means = await accuraciesOf(engine, { task: 'multi_query_recall', settings: { pairs: 8 }, layers: [{ ...attention, positions: 'learned', maxSteps: 24 }, attention], rate: 3e-3, updates: 700, seeds: [1, 2] }, 0.99);
  const after = [0, 1].map((m) => 10 * (means.findIndex((mean) => mean[m] >= 0.99) + 1));
  console.log(`99 in 100 after ${after.join(', ')} updates`);
  for (const m of [0, 1]) expect(Math.max(...means.map((mean) => mean[m]))).toBeGreaterThanOrEqual(0.99);
});
