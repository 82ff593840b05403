// Signals that a block's ops do not keep: drawn from GPU memory like all others, and never of another run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, initialWeights, type Engine, type LayerSpec, type ModelSpec, type Signal, type Tape } from '../../src/engine/index';
import { acquireGpu, type Gpu } from '../../src/engine/gpu/device';
import { KernelCache } from '../../src/engine/gpu/kernel';
import { Readback } from '../../src/engine/gpu/readback';
import { normal } from '../engine/drawn_case';

let engine: Engine;
let gpu: Gpu;
let readback: Readback;
beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
  gpu = await acquireGpu();
  readback = new Readback(gpu, new KernelCache(gpu.device));
});
afterAll(() => {
  gpu.release();
  engine.release();
});

/** What lies where a view would draw it from. */
async function drawn({ storage, shape }: Signal): Promise<Float32Array> {
  return readback.read(shape, storage!);
}

const layers: [string, LayerSpec][] = [
  ['attention', { block: 'attention', heads: 3 }],
  ['Mamba', { block: 'mamba', state: 3 }],
  ['Mamba that is frozen', { block: 'mamba', state: 5, frozen: true }],
  ['minGRU', { block: 'min_gru' }],
];
const spec = (layer: LayerSpec, seed = 1): ModelSpec => ({ input: { size: 6 }, layers: [{ cell: 'rnn', hidden: 6 }, layer], seeds: [seed, seed + 10] });
const x = normal([7, 2, 6], 1, 'x');
const names = ({ signals }: Tape) => signals.flatMap(({ name, layer, kind }) => (layer === 1 && !kind.includes('final') && !kind.includes('initial') ? [name] : []));

describe.each(layers)('%s', (_, layer) => {
  test('every signal and every gradient lies where it is drawn from, to the last bit', async () => {
    using model = await engine.model(spec(layer));
    using tape = await model.run({ x, lengths: [7, 4] });
    await tape.backward({ unit: 2, step: 5 });
    expect(tape.plan.forms[1]).toBe('program');
    for (const name of names(tape)) {
      const signal = tape.signal(name);
      const read = Float32Array.from(await signal.read());
      expect(await drawn(signal), name).toEqual(read);
      const { largest, finite } = await signal.extent();
      expect([largest, finite], name).toEqual([read.reduce((most, value) => Math.max(most, Math.abs(value)), 0), true]);
    }
  });

  test('what is drawn follows the weights when it is refreshed, there and back, and makes nothing', async () => {
    using model = await engine.model(spec(layer));
    using tape = await model.run({ x });
    await tape.backward({ unit: 2, step: 5 });
    const signals = names(tape).map((name) => tape.signal(name));
    const before = await Promise.all(signals.map(drawn));
    const buffers = signals.map(({ storage }) => storage!.buffer);
    const others = initialWeights(spec(layer, 3));
    model.setParameters(others);
    await tape.refresh();
    using fresh = await engine.model(spec(layer), { weights: others });
    using expected = await fresh.run({ x });
    await expected.backward({ unit: 2, step: 5 });
    for (const [i, signal] of signals.entries()) {
      expect(signal.storage!.buffer, signal.name).toBe(buffers[i]);
      const found = await drawn(signal);
      expect(found, signal.name).toEqual(await expected.signal(signal.name).read());
      if (!signal.name.startsWith('d_')) expect(found, signal.name).not.toEqual(before[i]);
    }
  });

  test('another loss is another gradient, and another run in the same memory another signal', async () => {
    using model = await engine.model(spec(layer));
    const tape = await model.run({ x });
    await tape.backward({ unit: 2, step: 5 });
    const gradients = names(tape).filter((name) => name.startsWith('d_')).map((name) => tape.signal(name));
    for (const signal of gradients) await drawn(signal);
    await tape.backward({ unit: 1, step: 3 });
    for (const signal of gradients) expect(await drawn(signal), signal.name).toEqual(await tape.signal(signal.name).read());
    const before = new Map(await Promise.all(names(tape).map(async (name) => [name, await drawn(tape.signal(name))] as const)));
    tape.release();
    using next = await model.run({ x: normal([7, 2, 6], 2, 'x') });
    for (const name of names(next)) {
      const found = await drawn(next.signal(name));
      expect(found, name).toEqual(await next.signal(name).read());
      if (!('frozen' in layer) || !['B', 'C', 'delta', 'decay'].includes(name)) expect(found, name).not.toEqual(before.get(name));
    }
  });

  test('a run keeps its numbers when the model gets other weights', async () => {
    using model = await engine.model(spec(layer));
    using tape = await model.run({ x });
    const before = await Promise.all(names(tape).map((name) => tape.signal(name).read()));
    model.setParameters(initialWeights(spec(layer, 3)));
    for (const [i, name] of names(tape).entries()) expect(await tape.signal(name).read(), name).toEqual(before[i]);
  });
});

test('what the device cannot hold has no place to be drawn from, and reading it is a typed error', async () => {
  const { createGpuEngine } = await import('../../src/engine/gpu/gpu_engine');
  using small = await createGpuEngine(undefined, { maxStorageBufferBindingSize: 65_536 });
  using model = await small.model({ input: { size: 2 }, layers: [{ block: 'attention', norm: 'none', heads: 2 }] });
  using tape = await model.run({ x: normal([120, 1, 2], 1, 'x') });
  const attn = tape.signal('attn');
  expect(attn.storage).toBeUndefined();
  await expect(attn.read()).rejects.toMatchObject({ code: 'limit' });
  expect((await tape.signal('q').read()).length).toBe(240);
});

describe('a number that is not finite is found in a block, by its tensor and step:', () => {
  const at = (steps: number, value: number, step: number) => ({ shape: [steps, 1, 2], data: Float32Array.from({ length: 2 * steps }, (_, i) => (Math.floor(i / 2) === step ? value : 1)) });

  test('on the way there', async () => {
    using model = await engine.model({ input: { size: 2 }, layers: [{ block: 'mamba', norm: 'none' }], output: { values: 1 } });
    using trainer = await model.trainer({ task: { batch: () => ({ inputs: { x: at(5, 3.4e38, 2) }, targets: { values: { shape: [5, 1, 1], data: new Float32Array(5) } } }) }, optimizer: { name: 'sgd', lr: 1e-3 } });
    await expect(trainer.steps(1)).rejects.toMatchObject({ code: 'diverged', tensor: 'uz', step: 2, update: 1 });
  });

  test('on the way back', async () => {
    const one = (value: number, ...shape: number[]) => ({ shape, data: [value] });
    // Logits are ±1e38 and the loss 2e38; W_out sends back ten times as much, which float32 has not.
    const weights = {
      'layers.0.in_proj_weight': { shape: [3, 1], data: [0, 0, 1] },
      'layers.0.out_proj.weight': one(10, 1, 1),
      'head.weight': { shape: [2, 1], data: [1e38, -1e38] },
      'head.bias': { shape: [2], data: [0, 0] },
    };
    using model = await engine.model({ input: { size: 1 }, layers: [{ block: 'attention', norm: 'none', bias: false }], output: { classes: 2 } }, { weights });
    using trainer = await model.trainer({ task: { batch: () => ({ inputs: { x: one(0.1, 1, 1, 1) }, targets: { classes: one(1, 1, 1) } }) }, optimizer: { name: 'sgd', lr: 1e-3 } });
    await expect(trainer.steps(1)).rejects.toMatchObject({ code: 'diverged', tensor: 'd_context', step: 0, update: 1 });
  });
});
