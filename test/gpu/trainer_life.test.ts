/** A trainer beside everything else that uses the model: runs, views that follow, other weights, numbers that end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, initialWeights, prove, type Engine, type ModelSpec, type TrainerOptions } from '../../src/engine';
import { createGpuEngine } from '../../src/engine/gpu/gpu_engine';
import { countGpuCalls } from './gpu_calls';

const spec: ModelSpec = { input: { vocab: 7, embedding: 5 }, layers: [{ cell: 'lstm', hidden: 6 }], output: { classes: 7 } };
const task: TrainerOptions['task'] = {
  batch: (k) => {
    const tokens = (first: number) => ({ shape: [6, 4], data: Int32Array.from({ length: 24 }, (_, i) => (3 * (Math.floor(i / 4) + first) + (i % 4) + k) % 7) });
    return { inputs: { tokens: tokens(0) }, targets: { classes: tokens(1) } };
  },
};
const read = { tokens: { shape: [5, 1], data: [1, 4, 2, 6, 0] } };

let engine: Engine;

beforeEach(async () => {
  engine = await createEngine({ device: 'gpu' });
});

afterEach(() => engine.release());

async function inStep(options: Partial<TrainerOptions> = {}, of = spec) {
  const model = await engine.model(of);
  return { model, trainer: await model.trainer({ task, optimizer: { name: 'adam', lr: 0.05 }, ...options }) };
}

it('learns', async () => {
  const { trainer } = await inStep();
  const last = await trainer.steps(60);
  expect(trainer.tallies[0].loss[0]).toBeGreaterThan(1.8); // about log 7
  expect(last.loss[0]).toBeLessThan(0.1);
  expect(last.accuracy![0]).toBe(1);
});

describe('a run while training goes on', () => {
  it('has the parameters it was computed with, also when updates follow at once', async () => {
    const { model, trainer } = await inStep();
    trainer.queue(3);
    const running = model.run(read, { form: 'step' });
    await Promise.resolve();
    trainer.queue(2);
    using tape = await running;
    const known = tape.parameters;
    expect(known).not.toEqual(new Map(Object.entries(initialWeights(spec))));
    // A model made with those parameters does the same, to the bit; and every step is proved in float64.
    using other = await engine.model(spec, { weights: Object.fromEntries(known) });
    using same = await other.run(read, { form: 'step' });
    expect(await tape.signal('h').read()).toEqual(await same.signal('h').read());
    expect((await prove(tape)).holds).toBe(true);
    trainer.queue(1);
    expect(tape.parameters).toBe(known);
    await expect(tape.backward({ unit: 0, step: 1 })).rejects.toMatchObject({ code: 'option', option: 'backward' });
  });

  it('brings the model’s parameters up to date', async () => {
    const { model, trainer } = await inStep();
    const before = model.parameters;
    trainer.queue(1);
    expect(model.parameters).toBe(before);
    using tape = await model.run(read);
    expect(model.parameters).toBe(tape.parameters);
    expect(model.parameters).toEqual((await trainer.snapshot()).parameters);
    await tape.backward({ nextToken: 'all' }); // nothing has moved since
  });
});

describe('a refreshed tape', () => {
  it('holds the new numbers, of its backward pass too, in the same buffers, and nothing is made', async () => {
    const { model, trainer } = await inStep();
    using tape = await model.run(read, { form: 'step' });
    await tape.backward({ unit: 2, step: 3 });
    const before = { h: await tape.signal('h').read(), d_h: await tape.signal('d_h').read(), buffer: tape.signal('h').storage!.buffer };
    trainer.queue(4);
    const { made, submits, passes, maps } = await countGpuCalls(async () => tape.refresh());
    expect({ made, submits, passes, maps }).toEqual({ made: [], submits: 1, passes: 1, maps: 0 });
    expect(tape.signal('h').storage!.buffer).toBe(before.buffer);
    expect(await tape.signal('h').read()).not.toEqual(before.h);
    const { parameters } = await trainer.snapshot();
    using other = await engine.model(spec, { weights: Object.fromEntries(parameters) });
    using same = await other.run(read, { form: 'step' });
    await same.backward({ unit: 2, step: 3 });
    for (const name of ['h', 'c', 'i', 'd_h', 'd_x', 'x']) expect(await tape.signal(name).read(), name).toEqual(await same.signal(name).read());
    expect(await tape.gradients()).toEqual(await same.gradients());
    expect(tape.parameters).toEqual(parameters);
    expect((await prove(tape)).holds).toBe(true);
  });

  it('says that its parameters are not known while the weights are ahead, and goes back all the same', async () => {
    const { model, trainer } = await inStep();
    using tape = await model.run(read);
    trainer.queue(1);
    await tape.refresh();
    expect(() => tape.parameters).toThrow('Take a snapshot of the trainer');
    await expect(tape.signal('x').read()).rejects.toMatchObject({ code: 'option' });
    expect(tape.inputs.steps).toBe(5);
    expect(await tape.backward({ nextToken: 'all' })).toHaveLength(1);
    await tape.refresh();
    tape.release();
    await expect(tape.refresh()).rejects.toMatchObject({ code: 'released' });
  });
});

describe('the end of a trainer', () => {
  it('comes with other weights, or with another trainer', async () => {
    const { model, trainer } = await inStep();
    trainer.queue(2);
    const weights = initialWeights({ ...spec, seed: 9 });
    model.setParameters(weights);
    expect(() => trainer.queue(1)).toThrow('released');
    using tape = await model.run(read, { form: 'step' });
    using made = await engine.model(spec, { weights });
    using same = await made.run(read, { form: 'step' });
    expect(await tape.signal('h').read()).toEqual(await same.signal('h').read());
    const second = await model.trainer({ task });
    await model.trainer({ task });
    expect(() => second.queue(1)).toThrow('released');
  });

  it('leaves the model as the last snapshot has it, on the GPU too', async () => {
    const { model, trainer } = await inStep();
    trainer.queue(2);
    const { parameters } = await trainer.snapshot();
    trainer.queue(2);
    trainer.release();
    expect(model.parameters).toBe(parameters);
    using tape = await model.run(read, { form: 'step' });
    expect(tape.parameters).toBe(parameters);
    using made = await engine.model(spec, { weights: Object.fromEntries(parameters) });
    using same = await made.run(read, { form: 'step' });
    expect(await tape.signal('h').read()).toEqual(await same.signal('h').read());
  });
});

it.each([{}, { carryState: true, clip: 0.5 }, { optimizer: { name: 'rmsprop', lr: 0.01, momentum: 0.5 } }])('goes on from a snapshot bit for bit: %j', async (options) => {
  const { trainer } = await inStep(options);
  trainer.queue(3);
  const middle = await trainer.snapshot();
  expect(middle.update).toBe(3);
  trainer.queue(4);
  const end = await trainer.snapshot();
  trainer.restore(middle);
  expect(trainer.updates).toBe(3);
  trainer.queue(4);
  expect(await trainer.snapshot()).toEqual(end);
  const { trainer: other } = await inStep(options);
  other.restore(middle);
  other.queue(4);
  expect(await other.snapshot()).toEqual(end);
  trainer.reset();
  trainer.queue(3);
  expect(await trainer.snapshot()).toEqual(middle);
});

describe('a number that is not finite', () => {
  const growing: ModelSpec = { input: { size: 2 }, layers: [{ cell: 'rnn_linear', hidden: 4, gain: 30 }], output: { values: 1 }, seeds: [1, 2] };
  const vectors: TrainerOptions['task'] = { batch: () => ({ inputs: { x: { shape: [60, 2, 2], data: new Float32Array(240).fill(1) } }, targets: { values: { shape: [60, 2, 1], data: new Float32Array(120) } } }) };

  it('in the states stops training with the signal and its first step, and the last good snapshot is there', async () => {
    const { model, trainer } = await inStep({ task: vectors }, growing);
    const start = model.parameters;
    await expect(trainer.steps(5)).rejects.toMatchObject({ code: 'diverged', tensor: 'h', update: 1 });
    expect(() => trainer.queue(1)).toThrow('no longer a finite number');
    expect(trainer.lastGood.parameters).toEqual(start);
    trainer.restore(trainer.lastGood);
    trainer.queue(1);
  });

  it('in the states is found in them also when updates were queued behind it', async () => {
    const { trainer } = await inStep({ task: vectors, accumulate: 2 }, growing);
    trainer.queue(4);
    await expect(trainer.collect()).rejects.toMatchObject({ code: 'diverged', tensor: 'h', update: 1 });
    const { parameters } = await trainer.snapshot();
    expect(parameters).toEqual(trainer.lastGood.parameters); // nothing has moved
  });

  it('in the gradient alone is found there, or in the weight it came to', async () => {
    // h = 2e21 and y = 2e17, whose squared error is 4e34; the gradient of the head's weight is 2y·h = 8e38, which float32 has not.
    const steep: ModelSpec = { input: { size: 1 }, layers: [{ cell: 'rnn_linear', hidden: 1, bias: false }], output: { values: 1 } };
    const one = (value: number, ...shape: number[]) => ({ shape, data: [value] });
    const model = await engine.model(steep, { weights: { weight_ih_l0: one(1, 1, 1), weight_hh_l0: one(0, 1, 1), 'head.weight': one(1e-4, 1, 1), 'head.bias': one(0, 1) } });
    const far: TrainerOptions['task'] = { batch: () => ({ inputs: { x: one(2e21, 1, 1, 1) }, targets: { values: one(0, 1, 1, 1) } }) };
    const trainer = await model.trainer({ task: far });
    await expect(trainer.steps(1)).rejects.toMatchObject({ code: 'diverged', update: 1, tensor: 'd_head.weight', step: undefined });
    trainer.reset();
    trainer.queue(3);
    await expect(trainer.collect()).rejects.toMatchObject({ code: 'diverged', update: 1, tensor: 'head.weight' });
  });

  it('leaves a model that met it standing still when clipped, and only that one', async () => {
    const wild = initialWeights({ ...spec, seeds: [1, 2] });
    const bias = Float32Array.from(wild['head.bias'].data);
    bias.fill(3e38, 7, 14);
    bias[8] = -3e38;
    const model = await engine.model({ ...spec, seeds: [1, 2] }, { weights: { ...wild, 'head.bias': { shape: [2, 7], data: bias } } });
    const trainer = await model.trainer({ task, clip: 1 });
    trainer.queue(3);
    const { parameters } = await trainer.snapshot();
    const weight = parameters.get('weight_hh_l0')!.data;
    const half = weight.length / 2;
    expect(weight.slice(half)).toEqual(Float32Array.from(wild['weight_hh_l0'].data).slice(half));
    expect(weight.slice(0, half)).not.toEqual(Float32Array.from(wild['weight_hh_l0'].data).slice(0, half));
    await expect(trainer.collect()).rejects.toMatchObject({ code: 'diverged', update: 1, model: 1 });
  });
});

it('a batch that cannot fit is a typed error before anything is allocated', async () => {
  using small = await createGpuEngine(undefined, { maxStorageBufferBindingSize: 8192 });
  using model = await small.model({ ...spec, layers: [{ cell: 'rnn', hidden: 4 }] });
  const long: TrainerOptions['task'] = { batch: () => ({ inputs: { tokens: { shape: [600, 4], data: new Int32Array(2400) } }, targets: { classes: { shape: [600, 4], data: new Int32Array(2400) } } }) };
  using wide = await small.model({ input: { size: 1 }, layers: [{ cell: 'rnn', hidden: 4 }], output: { classes: 200 } });
  const scored: TrainerOptions['task'] = { batch: () => ({ inputs: { x: { shape: [20, 1, 1], data: new Float32Array(20) } }, targets: { classes: { shape: [20, 1], data: new Int32Array(20) } } }) };
  const { made } = await countGpuCalls(async () => {
    await expect(model.trainer({ task: long })).rejects.toMatchObject({ code: 'limit', allowed: 8192 });
    await expect(wide.trainer({ task: scored })).rejects.toThrow("the head's scores");
    await expect(wide.trainer({ task: { batch: () => ({ inputs: { x: { shape: [1, 1, 1], data: [1] } }, targets: { classes: { shape: [1, 1], data: [1] } } }) } })).rejects.toThrow('what the optimiser keeps');
  });
  expect(made.filter((label) => label.startsWith('Buffer'))).toEqual([]);
});

it('a lost device reaches the caller of every method', async () => {
  const { trainer } = await inStep();
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  using own = await createEngine({ device });
  const model = await own.model(spec);
  const lost = await model.trainer({ task });
  lost.queue(1);
  device.destroy();
  await own.lost;
  expect(() => lost.queue(1)).toThrow('was lost');
  for (const asked of [lost.idle(), lost.collect(), lost.snapshot(), lost.steps(1), model.run(read), model.trainer({ task })]) await expect(asked).rejects.toMatchObject({ code: 'device-lost' });
  trainer.queue(1);
});
