// Blocks at their extremes: what no network should meet, sequences as long as they may be, and the same bits twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine, type LayerSpec } from '../../src/engine/index';
import { extremesClaims } from '../engine/blocks/extremes_claims';
import { normal } from '../engine/drawn_case';

let engine: Engine;
let reference: Engine;
beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
  reference = await createEngine({ device: 'cpu' });
});
afterAll(() => {
  engine.release();
  reference.release();
});

extremesClaims(() => engine);

function worst(found: ArrayLike<number>, exact: ArrayLike<number>): number {
  let [most, scale] = [0, 1e-3];
  for (let i = 0; i < exact.length; i++) {
    most = Math.max(most, Math.abs(found[i] - exact[i]));
    scale = Math.max(scale, Math.abs(exact[i]));
  }
  return most / scale;
}

test.each([
  ['attention', 4096, { block: 'attention', heads: 2, norm: 'none', positions: 'rotary' }],
  ['Mamba', 4096, { block: 'mamba', state: 2, expand: 1 }],
] as [string, number, LayerSpec][])('%s over %d steps is the reference’s, there and back', async (_, steps, layer) => {
  const spec = { input: { size: 4 }, layers: [layer] };
  const models = await Promise.all([engine, reference].map((each) => each.model(spec)));
  const [fast, exact] = await Promise.all(models.map((model) => model.run({ x: normal([steps, 1, 4], 1, 'x') })));
  await Promise.all([fast, exact].map((tape) => tape.backward({ d_y: normal([steps, 1, 4], 2, 'R') })));
  for (const name of ['y', 'd_x']) expect(worst(await fast.signal(name).read(), await exact.signal(name).read()), name).toBeLessThanOrEqual(7e-5);
  const [found, expected] = await Promise.all([fast, exact].map((tape) => tape.gradients()));
  for (const [name, { data }] of expected) expect(worst(found.get(name)!.data, data), name).toBeLessThanOrEqual(7e-5);
  for (const model of models) model.release();
}, 120_000);

test('a scan is cut into spans where the device is believed to bear less at once, with the same numbers', async () => {
  const { createGpuEngine } = await import('../../src/engine/gpu/gpu_engine');
  using small = await createGpuEngine(undefined, { workPerDispatch: 60_000 });
  const spec = { input: { size: 5 }, layers: [{ block: 'mamba', state: 3 }], seeds: [1, 2] } as const;
  const models = await Promise.all([engine, small].map((each) => each.model(spec)));
  const [whole, cut] = await Promise.all(models.map((model) => model.run({ x: normal([75, 2, 5], 1, 'x'), lengths: [75, 40] })));
  expect(cut.plan.dispatches).toBeGreaterThan(whole.plan.dispatches);
  await Promise.all([whole, cut].map((tape) => tape.backward({ d_y: normal([75, 2, 5], 2, 'R'), d_states: [{ h: normal([1, 2, 30], 3, 'S') }] })));
  for (const name of ['y', 'h', 'h_n']) expect(await cut.signal(name).read(), name).toEqual(await whole.signal(name).read());
  for (const name of ['d_x', 'd_h', 'd_h0', 'd_B', 'd_C']) expect(worst(await cut.signal(name).read(), await whole.signal(name).read()), name).toBeLessThanOrEqual(1e-6);
  const [found, expected] = await Promise.all([cut, whole].map((tape) => tape.gradients()));
  for (const [name, { data }] of expected) expect(worst(found.get(name)!.data, data), name).toBeLessThanOrEqual(1e-5); // sums of sums
  for (const model of models) model.release();
});

test.each([
  ['attention', { block: 'attention', heads: 2, positions: 'learned' }],
  ['Mamba', { block: 'mamba', state: 3 }],
  ['minLSTM', { block: 'min_lstm', norm: 'rms' }],
] as [string, LayerSpec][])('two runs, ways back and trainings of %s are the same to the last bit', async (_, layer) => {
  const spec = { input: { embedding: 6, vocab: 5 }, output: { classes: 5 }, layers: [layer, layer], seeds: [1, 2] };
  const tokens = { shape: [9, 3], data: Array.from({ length: 27 }, (_entry, i) => (i * i + i) % 5) };
  const all = async () => {
    using model = await engine.model(spec);
    using tape = await model.run({ tokens, lengths: [9, 4, 7] });
    await tape.backward({ nextToken: 'all' });
    const signals = await Promise.all(tape.signals.map(({ name, layer: k }) => tape.signal(name, { layer: k }).read()));
    const gradients = [...(await tape.gradients()).values()].map(({ data }) => data);
    using trainer = await model.trainer({ task: { batch: () => ({ inputs: { tokens }, targets: { classes: tokens } }) }, optimizer: { name: 'adam', lr: 1e-2 }, clip: 1 });
    await trainer.steps(5);
    return { signals, gradients, parameters: [...(await trainer.snapshot()).parameters] };
  };
  expect(await all()).toEqual(await all());
});
