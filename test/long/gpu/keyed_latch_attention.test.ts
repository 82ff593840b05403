/** E2 for attention: a distance of 100 is one step. */
import { expect, test } from 'vitest';
import { accuraciesOf, gpuEngine, LONGEST } from './trained_on';

test('a layer of attention learns the key over 100 words, 2 of 2 seeds', { timeout: LONGEST }, async () => {
  using engine = await gpuEngine();
  const means = await accuraciesOf(engine, { task: 'keyed_latch', settings: { distance: 100 }, layers: [{ block: 'attention', heads: 2, norm: 'rms', mlp: 0, bias: false }], rate: 3e-3, updates: 500, seeds: [1, 2] }, 0.98);
  const after = [0, 1].map((m) => 10 * (means.findIndex((mean) => mean[m] >= 0.98) + 1));
  console.log(`98 in 100 after ${after.join(', ')} updates`);
  for (const m of [0, 1]) expect(Math.max(...means.map((mean) => mean[m]))).toBeGreaterThanOrEqual(0.98);
});
