import { expect, test } from 'vitest';
import { accuraciesOf, gpuEngine, LONGEST } from './trained_on';

test('two layers of Mamba name at most 35 in 100 of 8 pairs at update 900, both seeds', { timeout: LONGEST }, async () => {
  using engine = await gpuEngine();
  const means = await accuraciesOf(engine, { task: 'multi_query_recall', settings: { pairs: 8 }, layers: [{ block: 'mamba', state: 8 }, { block: 'mamba', state: 8 }], rate: 3e-3, updates: 900, seeds: [1, 2] });
  // More than one in 32 kinds of values: some of the pairs are kept.
  for (const accuracy of means.at(-1)!) {
    expect(accuracy).toBeLessThanOrEqual(0.35);
    expect(accuracy).toBeGreaterThan(0.1);
  }
});
