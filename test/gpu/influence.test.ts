/** The influence matrix by many losses at once on the GPU, against float64 derivatives along the same run's own states. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cells, createEngine, gradientByDistance, influence, type Engine, type LayerSpec, type ModelSpec, type Tape } from '../../src/engine';
import { createGpuEngine } from '../../src/engine/gpu/gpu_engine';

let engine: Engine;

beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
});

afterAll(() => engine.release());

const words = Array.from({ length: 24 }, (_, i) => `word ${i % 7}`);

/** 1e-3 relative is what the project promises; float32 leaves about 1e-5 over so many steps, a wrong matrix is off by 1. */
async function expectAgreement(tape: Tape, options: { layer?: number; unit?: number; sequence?: number; model?: number } = {}): Promise<void> {
  const expected = await influence(tape, { ...options, by: 'cpu' });
  const found = await influence(tape, { ...options, by: 'gpu' });
  expect(found.steps).toBe(expected.steps);
  expect(found.causal).toBe(expected.causal);
  expected.values.forEach((value, i) => {
    const where = `row ${Math.floor(i / expected.steps)}, column ${i % expected.steps}`;
    if (value === 0) expect(found.values[i], where).toBe(0);
    else if (value > 1e-30) expect(Math.abs(found.values[i] / value - 1), where).toBeLessThanOrEqual(1e-3);
  });
}

describe('the influence matrix on the GPU', () => {
  it.each(cells.map(({ name }) => name))('agrees with float64 to 1e-3 wherever it is above 1e-30: %s', async (cell) => {
    using model = await engine.model({ input: { embedding: 5 }, layers: [{ cell, hidden: 9 }], seed: 3 });
    using tape = await model.run({ words });
    await expectAgreement(tape);
  });

  it.each([
    ['two layers, of the upper', { layers: [{ cell: 'gru', hidden: 5 }, { cell: 'lstm', hidden: 6 }] }, {}],
    ['two layers, of the lower', { layers: [{ cell: 'gru', hidden: 5 }, { cell: 'lstm', hidden: 6 }] }, { layer: 0 }],
    ['both directions', { layers: [{ cell: 'gru', hidden: 5, bidirectional: true }] }, {}],
    ['a projection', { layers: [{ cell: 'lstm', hidden: 7, projection: 3 }] }, {}],
    ['one unit', { layers: [{ cell: 'rnn', hidden: 7 }] }, { unit: 4 }],
    ['gain 1.5', { layers: [{ cell: 'rnn', hidden: 16, gain: 1.5 }] }, {}],
    ['gain 3, where trajectories part but derivatives along the same states do not', { layers: [{ cell: 'rnn', hidden: 16, gain: 3 }] }, {}],
    ['another model of a bundle', { layers: [{ cell: 'rnn', hidden: 4 }], seeds: [1, 2] }, { model: 1 }],
    ['attention', { layers: [{ block: 'attention', norm: 'none' }] }, {}],
    ['a Transformer block with rotary positions', { input: { embedding: 8 }, layers: [{ block: 'attention', heads: 2, positions: 'rotary' }] }, {}],
    ['one unit of a Transformer block with learned positions, of another model', { input: { embedding: 6 }, layers: [{ block: 'attention', heads: 2, positions: 'learned', mlp: 1 }], seeds: [1, 2] }, { unit: 5, model: 1 }],
    ['Mamba', { layers: [{ block: 'mamba', state: 3 }] }, {}],
    ['two Mamba blocks, of the lower', { layers: [{ block: 'mamba', state: 3 }, { block: 'mamba', frozen: true }] }, { layer: 0 }],
    ['minLSTM', { layers: [{ block: 'min_lstm', hidden: 7 }] }, {}],
    ['Mamba + attention', { layers: [{ block: 'mamba', state: 3 }, { block: 'attention', mlp: 1 }] }, {}],
    ['an LSTM and attention on it', { layers: [{ cell: 'lstm', hidden: 6 }, { block: 'attention', heads: 3, norm: 'rms' }] }, {}],
    ['attention and a GRU of both directions on it', { layers: [{ block: 'attention', mlp: 1 }, { cell: 'gru', hidden: 4, bidirectional: true }] }, {}],
  ] as [string, Partial<ModelSpec>, { layer?: number; unit?: number; model?: number }][])('agrees for %s', async (_, part, options) => {
    using model = await engine.model({ input: { embedding: 5 }, layers: [], ...part });
    using tape = await model.run({ words });
    await expectAgreement(tape, options);
  });

  it.each([
    ['a GRU', { cell: 'gru', hidden: 6 }],
    ['attention', { block: 'attention', heads: 5 }],
    ['Mamba', { block: 'mamba', state: 2 }],
  ] as [string, LayerSpec][])('agrees for a shorter sequence of a batch: %s', async (_, layer) => {
    using model = await engine.model({ input: { embedding: 5 }, layers: [layer] });
    using tape = await model.run({ words: [words, words.slice(3, 12)] });
    await expectAgreement(tape, { sequence: 1 });
  });

  it('is exactly 0 where a state came before the word', async () => {
    using model = await engine.model({ input: { embedding: 5 }, layers: [{ cell: 'lstm', hidden: 6 }] });
    using tape = await model.run({ words });
    const { values, steps } = await influence(tape, { by: 'gpu' });
    for (let t = 0; t < steps; t++) for (let s = t + 1; s < steps; s++) expect(values[t * steps + s]).toBe(0);
  });

  it.each([
    ['an LSTM', 100_000, [{ cell: 'lstm', hidden: 6 }]],
    ['attention and Mamba', 500_000, [{ block: 'attention' }, { block: 'mamba', state: 2 }]],
  ] as [string, number, LayerSpec[]][])('is measured in chunks where the device holds less, with the same numbers and its progress told: %s', async (_, maxStorageBufferBindingSize, layers) => {
    using small = await createGpuEngine(undefined, { maxStorageBufferBindingSize });
    const spec = { input: { embedding: 5 }, layers };
    using whole = await engine.model(spec);
    using cut = await small.model(spec);
    using one = await whole.run({ words }, { form: 'step' });
    using other = await cut.run({ words }, { form: 'step' });
    const told: number[] = [];
    const found = await influence(other, { by: 'gpu', progress: (fraction) => told.push(fraction) });
    expect(found.values).toEqual((await influence(one, { by: 'gpu' })).values);
    expect(told.length).toBeGreaterThan(2);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it('of 256 steps is the most; one more is a typed error with the allowed range', async () => {
    using model = await engine.model({ input: { embedding: 3 }, layers: [{ cell: 'rnn', hidden: 4 }] });
    const long = Array.from({ length: 257 }, (_, i) => `word ${i % 5}`);
    using most = await model.run({ words: long.slice(1) });
    await expectAgreement(most);
    using tooLong = await model.run({ words: long });
    await expect(influence(tooLong, { by: 'gpu' })).rejects.toMatchObject({ code: 'option', message: expect.stringContaining('1 to 256') as string });
  });

  it('of a row alone is gradient against distance', async () => {
    using model = await engine.model({ input: { embedding: 6 }, layers: [{ block: 'mamba', state: 2 }, { block: 'attention', heads: 2 }] });
    using tape = await model.run({ words });
    const [found, expected] = await Promise.all([gradientByDistance(tape, { by: 'gpu' }), gradientByDistance(tape, { by: 'cpu' })]);
    expect(found.length).toBe(words.length);
    found.forEach((value, k) => expect(Math.abs(value - expected[k]), `distance ${k}`).toBeLessThan(5e-4)); // a thousandth
  });

  it.each([
    ['an LSTM', { cell: 'lstm', hidden: 6 }],
    ['attention', { block: 'attention' }],
  ] as [string, LayerSpec][])('can be called off, and leaves the run as it was: %s', async (_, layer) => {
    using model = await engine.model({ input: { embedding: 5 }, layers: [layer] });
    using tape = await model.run({ words });
    const y = await tape.signal('y').read();
    const stop = new AbortController();
    const measuring = influence(tape, { by: 'gpu', abort: stop.signal });
    stop.abort(new Error('enough'));
    await expect(measuring).rejects.toThrow('enough');
    expect(await tape.signal('y').read()).toEqual(y);
    await expectAgreement(tape);
  });
});
