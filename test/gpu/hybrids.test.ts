// Models whose layers are of several kinds, on the GPU: runs, gradients and training are the reference's; what an update
// costs is counted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine, type LayerSpec } from '../../src/engine/index';

let gpu: Engine;
let cpu: Engine;
beforeAll(async () => {
  gpu = await createEngine({ device: 'gpu' });
  cpu = await createEngine({ device: 'cpu' });
});
afterAll(() => {
  gpu.release();
  cpu.release();
});

const stacks: [string, readonly LayerSpec[]][] = [
  ['LSTM + attention', [{ cell: 'lstm', hidden: 6 }, { block: 'attention', heads: 2, norm: 'rms', mlp: 1 }]],
  ['Mamba + attention', [{ block: 'mamba', state: 2, conv: 3 }, { block: 'attention', positions: 'rotary', mlp: 1 }]],
  ['attention + attention with positions', [{ block: 'attention', heads: 2, mlp: 1, positions: 'learned', maxSteps: 8 }, { block: 'attention', heads: 2, mlp: 0 }, { block: 'norm' }]],
  ['minGRU + GRU + Mamba', [{ block: 'min_gru', norm: 'rms' }, { cell: 'gru', hidden: 4 }, { block: 'mamba', state: 2, norm: 'none' }]],
];
const tokens = { shape: [5, 2], data: Array.from({ length: 10 }, (_, i) => (i * i + 3 * i + Math.floor(i / 3)) % 5) };

function worst(found: ArrayLike<number>, exact: ArrayLike<number>): number {
  const scale = Array.from(exact).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return found.length === exact.length ? Array.from(exact, (value, i) => Math.abs(value - found[i])).reduce((most, value) => (value >= 0 ? Math.max(most, value) : Infinity), 0) / scale : Infinity;
}

describe.each(stacks)('%s', (_, layers) => {
  const spec = { input: { embedding: 4, vocab: 5 }, output: { classes: 5 }, layers, seeds: [1, 2] } as const;

  // 7e-5 of the scale, as everywhere; a sum of gradients may cancel to less than one of them.
  test('every signal and every gradient is the reference’s, of one loss and of the other', async () => {
    const models = await Promise.all([gpu, cpu].map((engine) => engine.model(spec)));
    const [fast, exact] = await Promise.all(models.map((model) => model.run({ tokens, lengths: [5, 3] })));
    for (const loss of [{ nextToken: 'all' } as const, { unit: 1, step: 2, layer: 0 } as const, { unit: 3, step: 4 } as const]) {
      await Promise.all([fast.backward(loss), exact.backward(loss)]);
      expect(fast.signals).toEqual(exact.signals);
      for (const { name, layer, direction } of exact.signals) {
        const [found, expected] = await Promise.all([fast, exact].map((tape) => tape.signal(name, { layer, direction }).read()));
        expect(worst(found, expected), `${name} of layer ${layer}`).toBeLessThanOrEqual(7e-5);
      }
      const [found, expected] = await Promise.all([fast.gradients(), exact.gradients()]);
      expect([...found.keys()]).toEqual([...expected.keys()]);
      for (const [name, { data }] of expected) expect(worst(found.get(name)!.data, data), name).toBeLessThanOrEqual(7e-5);
    }
    for (const model of models) model.release();
  });

  test('updates are the reference’s, with parts of the outputs dropped and sequences that end early', async () => {
    const task = {
      batch: (k: number) => ({
        inputs: { tokens: { shape: [5, 2], data: tokens.data.map((token) => (token + k) % 5) }, lengths: [5, 3] },
        targets: { classes: { shape: [5, 2], data: tokens.data.map((token, row) => (row % 2 === 0 || row < 6 ? (token + 1) % 5 : -1)) } },
      }),
    };
    const models = await Promise.all([gpu, cpu].map((engine) => engine.model(spec)));
    const trainers = await Promise.all(models.map((model) => model.trainer({ task, optimizer: { name: 'sgd', lr: 0.1 }, clip: 1, dropout: 0.25, accumulate: 2, seed: 3 })));
    for (const trainer of trainers) await trainer.steps(3);
    const [found, expected] = await Promise.all(trainers.map((trainer) => trainer.snapshot()));
    for (const [name, { data }] of expected.parameters) expect(worst(found.parameters.get(name)!.data, data), name).toBeLessThanOrEqual(7e-5);
    for (const model of models) model.release();
  });
});

describe('an update takes', () => {
  /** Dispatches of an update of a model with this layer, beyond those of the head and the optimiser. */
  async function dispatchesOf(layer: LayerSpec): Promise<number> {
    const task = { batch: () => ({ inputs: { tokens }, targets: { classes: tokens } }) };
    const model = await gpu.model({ input: { embedding: 4, vocab: 5 }, output: { classes: 5 }, layers: [layer] });
    const trainer = await model.trainer({ task, optimizer: { name: 'adam' } });
    await trainer.steps(1);
    const { dispatches } = trainer;
    model.release();
    const ofHead = 3; // scores, loss, gradient at the output
    const ofUpdate = 2; // the optimiser, the tally
    return dispatches - ofHead - ofUpdate;
  }

  // What the layer reads is one of them. Sums are one dispatch for up to eight; with those of the head and the embedding they
  // may be two, which is why a Transformer block takes 17 here and 16 by itself (blocks.test.ts).
  test.each([
    ['a layer of attention', { block: 'attention', norm: 'none', heads: 2 }, 8],
    ['a Transformer block', { block: 'attention', heads: 2 }, 17],
    ['a Mamba mixer', { block: 'mamba', norm: 'none' }, 12],
    ['a Mamba block with its norm and residual', { block: 'mamba' }, 15],
  ] as const)('%s: so many dispatches', async (_, layer, most) => {
    const found = await dispatchesOf(layer);
    expect(found).toBe(most);
  });
});
