import { describe, expect, test } from 'vitest';
import { createEngine, multiplyAdds, operationCount, type LayerSpec } from '../../src/engine/index';

const engine = await createEngine({ device: 'cpu' });
const d = 24;

async function countOf(...layers: LayerSpec[]): Promise<{ count: ReturnType<typeof operationCount>; matrices: number }> {
  using model = await engine.model({ input: { size: d }, layers });
  const matrices = [...model.parameters].filter(([name, { shape }]) => shape.length > 1 && !/A_log|position/.test(name)).reduce((sum, [, { data }]) => sum + data.length, 0);
  return { count: operationCount(model.shape), matrices };
}

test('a plain RNN takes 2d² a step, a GRU 6d², an LSTM 8d², whatever came before', async () => {
  for (const [cell, squares] of [['rnn', 2], ['gru', 6], ['lstm', 8]] as const) {
    expect((await countOf({ cell, hidden: d })).count).toEqual({ perStep: squares * d * d, perPair: 0 });
  }
  expect((await countOf({ cell: 'lstm', hidden: d, bidirectional: true })).count.perStep).toBe(16 * d * d);
  expect((await countOf({ cell: 'lstm', hidden: d, projection: 8 })).count.perStep).toBe(4 * d * (d + 8) + 8 * d);
});

describe('attention', () => {
  test('takes 4d² a step for its vectors and 2d for each pair of words, however many heads', async () => {
    for (const heads of [1, 4]) expect((await countOf({ block: 'attention', heads, norm: 'none' })).count).toEqual({ perStep: 4 * d * d, perPair: 2 * d });
  });

  test('costs less than an LSTM while n < 4d, and never less than a plain RNN', async () => {
    const [{ count: attention }, { count: lstm }, { count: rnn }] = await Promise.all([countOf({ block: 'attention', norm: 'none' }), countOf({ cell: 'lstm', hidden: d }), countOf({ cell: 'rnn', hidden: d })]);
    // n + 1 words are compared by the last of n: one less than n = 4d.
    expect(multiplyAdds(attention, 4 * d - 2)).toBeLessThan(multiplyAdds(lstm, 4 * d - 2));
    expect(multiplyAdds(attention, 4 * d)).toBeGreaterThan(multiplyAdds(lstm, 4 * d));
    for (const n of [1, 10, 1000]) expect(multiplyAdds(attention, n)).toBeGreaterThan(multiplyAdds(rnn, n));
  });

  test('of a sequence is n(n + 1)/2 pairs', () => {
    expect(multiplyAdds({ perStep: 7, perPair: 3 }, 8)).toBe(7 * 8 + 3 * 36);
  });
});

test('each entry of a matrix is used once a step, in a Transformer block and in stacks of several kinds', async () => {
  for (const layers of [[{ block: 'attention', heads: 2, positions: 'learned' }], [{ block: 'min_gru', norm: 'rms' }, { cell: 'lstm', hidden: 5 }]] as LayerSpec[][]) {
    const { count, matrices } = await countOf(...layers);
    expect(count.perStep).toBe(matrices + (layers[0].block === 'min_gru' ? d : 0));
  }
});

test('of Mamba too, and three for each number of the scan’s state', async () => {
  const { count, matrices } = await countOf({ block: 'mamba', state: 4 });
  expect(count).toEqual({ perStep: matrices + 3 * 2 * d * 4, perPair: 0 });
});
