// Models whose layers are of several kinds, on the GPU: runs, gradients and training are the reference's; what an update
// costs is counted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, influence, prove, statesAfter, type Engine, type LayerSpec, type States, type Tape } from '../../src/engine/index';

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

test('states that are carried from batch to batch are the reference’s, with their snapshots', async () => {
  const spec = { input: { embedding: 4, vocab: 5 }, output: { classes: 5 }, layers: [{ block: 'mamba', state: 3 }, { cell: 'gru', hidden: 5 }, { block: 'min_lstm', norm: 'rms' }], seeds: [1, 2] } as const;
  const task = { batch: (k: number) => ({ inputs: { tokens: { shape: [5, 2], data: tokens.data.map((token) => (token + k) % 5) } }, targets: { classes: { shape: [5, 2], data: tokens.data.map((token) => (token + 1) % 5) } } }) };
  const models = await Promise.all([gpu, cpu].map((engine) => engine.model(spec)));
  const trainers = await Promise.all(models.map((model) => model.trainer({ task, optimizer: { name: 'sgd', lr: 0.1 }, carryState: true })));
  for (const trainer of trainers) await trainer.steps(3);
  const [found, expected] = await Promise.all(trainers.map((trainer) => trainer.snapshot()));
  for (const [name, { data }] of expected.parameters) expect(worst(found.parameters.get(name)!.data, data), name).toBeLessThanOrEqual(7e-5);
  expected.carried!.forEach((states, k) => states.forEach((values, s) => expect(worst(found.carried![k][s], values), `state ${s} of layer ${k}`).toBeLessThanOrEqual(7e-5)));
  // From there on as if nothing had been between.
  await trainers[0].steps(2);
  const further = await trainers[0].snapshot();
  await trainers[0].restore(found);
  await trainers[0].steps(2);
  expect((await trainers[0].snapshot()).parameters).toEqual(further.parameters);
  for (const model of models) model.release();
  const growing = await gpu.model({ ...spec, layers: [{ block: 'attention' }] });
  await expect(growing.trainer({ task, carryState: true })).rejects.toThrow(/layer 0, Attention.*leave carryState out/s);
  growing.release();
});

describe('step by step', () => {
  const attention = (options: object): LayerSpec => ({ block: 'attention', heads: 2, mlp: 1, ...options });
  const decoded: [string, readonly LayerSpec[]][] = [
    ...stacks,
    ['attention without positions', [attention({})]],
    ['attention with learned positions', [attention({ positions: 'learned', maxSteps: 90 })]],
    ['attention with sinusoidal positions', [attention({ positions: 'sinusoidal' })]],
    ['attention with rotary positions', [attention({ positions: 'rotary' })]],
    ['Mamba', [{ block: 'mamba', state: 3 }]],
    ['minLSTM', [{ block: 'min_lstm' }]],
  ];
  const many = (steps: number) => ({ shape: [steps, 2], data: Array.from({ length: 2 * steps }, (_, i) => (i * i + 3 * i + Math.floor(i / 3)) % 5) });

  test.each(decoded)('%s is what it is all at once, and as the reference has it', async (_, layers) => {
    const models = await Promise.all([gpu, cpu].map((engine) => engine.model({ input: { embedding: 8, vocab: 5 }, layers, seeds: [1, 2] })));
    const all = many(7);
    const [whole, exact] = await Promise.all(models.map((model) => model.run({ tokens: all })));
    let states: States | undefined;
    for (const [from, to] of [[0, 1], [1, 2], [2, 5], [5, 6], [6, 7]]) {
      const tape: Tape = await models[0].run({ tokens: { shape: [to - from, 2], data: all.data.slice(2 * from, 2 * to) }, states });
      for (const { name, layer, kind, shape } of tape.signals) {
        if (kind === 'final state' || shape[3] !== whole.signal(name, { layer }).shape[3]) continue; // attn has a weight for each step so far
        const of = (values: ArrayLike<number>) => [0, 1].flatMap((m) => Array.prototype.slice.call(values, (m * 7 + from) * 2 * shape[3], (m * 7 + to) * 2 * shape[3]) as number[]);
        const found = await tape.signal(name, { layer }).read();
        expect(worst(found, of(await whole.signal(name, { layer }).read())), `${name} of layer ${layer} from step ${from}`).toBeLessThanOrEqual(7e-5);
        expect(worst(found, of(await exact.signal(name, { layer }).read())), `${name} of layer ${layer} from step ${from}`).toBeLessThanOrEqual(7e-5);
      }
      states = await statesAfter(tape);
      tape.release();
    }
    const exactStates = await statesAfter(exact);
    states!.forEach((ofLayer, k) => Object.entries(ofLayer!).forEach(([name, { shape, data }]) => {
      expect(shape).toEqual(exactStates[k]![name].shape);
      expect(worst(data, exactStates[k]![name].data), `${name} of layer ${k}`).toBeLessThanOrEqual(7e-5);
    }));
    for (const model of models) model.release();
  });

  test('what reaches a run that goes on, and the states it went on from, is the reference’s; so are weights and the proof', async () => {
    const layers = [{ cell: 'lstm', hidden: 6 }, attention({ positions: 'rotary', heads: 1 }), { block: 'mamba', state: 2 }] as const;
    const models = await Promise.all([gpu, cpu].map((engine) => engine.model({ input: { embedding: 4, vocab: 5 }, layers, seeds: [1, 2] })));
    const states = await statesAfter(await models[1].run({ tokens: many(70) }));
    const [fast, exact] = await Promise.all(models.map((model) => model.run({ tokens: many(6), states })));
    await Promise.all([fast.backward({ unit: 3, step: 4, sequence: 1 }), exact.backward({ unit: 3, step: 4, sequence: 1 })]);
    expect(fast.signals).toEqual(exact.signals);
    for (const { name, layer, direction } of exact.signals) {
      const [found, expected] = await Promise.all([fast, exact].map((tape) => tape.signal(name, { layer, direction }).read()));
      expect(worst(found, expected), `${name} of layer ${layer}`).toBeLessThanOrEqual(7e-5);
    }
    const found = await influence(fast, { by: 'gpu', sequence: 1 });
    (await influence(exact, { sequence: 1 })).values.forEach((value, i) => expect(Math.abs(found.values[i] - value)).toBeLessThanOrEqual(1e-3 * value + 1e-30));
    const { holds, summary, signals } = await prove(fast);
    expect(holds, summary).toBe(true);
    expect(signals.some(({ name, layer }) => name === 'context' && layer === 1)).toBe(true);
    for (const model of models) model.release();
  });

  test('what a gradient cannot come from is refused with what can', async () => {
    const model = await gpu.model({ input: { embedding: 4, vocab: 5 }, layers: [attention({})] });
    const tape = await model.run({ tokens });
    const d_k = { shape: [1, 2, 5, 4], data: new Float32Array(40) };
    await expect(tape.backward({ d_states: [{ k: d_k }] })).rejects.toThrow(/k of layer 0 grows.*device: 'cpu'/s);
    model.release();
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

  // At most 10, 16 and 12 are promised. What the layer reads is one of them; sums are one together with the head's and the embedding's.
  test.each([
    ['a layer of attention', { block: 'attention', norm: 'none', heads: 2 }, 8],
    ['a Transformer block', { block: 'attention', heads: 2 }, 14],
    ['a Transformer block with rotary positions', { block: 'attention', heads: 2, positions: 'rotary' }, 14],
    ['a Transformer block with learned positions', { block: 'attention', heads: 2, positions: 'learned', maxSteps: 8 }, 16],
    ['a Mamba mixer', { block: 'mamba', norm: 'none' }, 11],
    ['a Mamba block with its norm and residual', { block: 'mamba' }, 12],
    ['a Mamba block with a layer norm and all biases', { block: 'mamba', norm: 'layer', bias: true }, 12],
  ] as const)('%s: so many dispatches', async (_, layer, most) => {
    const found = await dispatchesOf(layer);
    expect(found).toBe(most);
  });
});
