/** Other weights in the same buffers: what a slider does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, initialWeights, type Engine, type ModelSpec } from '../../src/engine';
import { countGpuCalls } from './gpu_calls';

const spec = (seed: number, gain = 1): ModelSpec => ({ input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 6, gain, gateBias: { f: 2 } }], output: { classes: 4 }, seed });
const inputs = { x: { shape: [5, 2, 3], data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)) } };
const loss = { unit: 1, step: 4 };

describe.each(['gpu', 'cpu'] as const)('on the %s', (device) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await createEngine({ device });
  });

  afterAll(() => engine.release());

  it('gives the same run, there and back, as a model made with those weights', async () => {
    using changed = await engine.model(spec(1));
    using made = await engine.model(spec(2, 1.5));
    using before = await changed.run(inputs, { form: 'step' });
    await before.backward(loss); // the backward weights exist, and must change too
    changed.setParameters(initialWeights(spec(2, 1.5)));
    using one = await changed.run(inputs, { form: 'step' });
    using other = await made.run(inputs, { form: 'step' });
    await one.backward(loss);
    await other.backward(loss);
    for (const name of ['h', 'c', 'd_h', 'd_x']) expect(await one.signal(name).read()).toEqual(await other.signal(name).read());
    expect(await one.gradients()).toEqual(await other.gradients());
  });

  it('leaves earlier runs their numbers and their parameters, and refuses to propagate them back', async () => {
    using model = await engine.model(spec(1));
    using tape = await model.run(inputs);
    const { parameters } = tape;
    const h = await tape.signal('h').read();
    model.setParameters(initialWeights(spec(2)));
    expect(tape.parameters).toBe(parameters);
    expect(model.parameters).not.toBe(parameters);
    expect(await tape.signal('h').read()).toEqual(h);
    await expect(tape.backward(loss)).rejects.toMatchObject({ code: 'option', option: 'backward' });
  });

  it('with other seeds reads words as a model of those seeds does', async () => {
    const words = { words: ['the', 'cat', 'sat'] };
    const seeded = (seed: number): ModelSpec => ({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 5 }], seed });
    using changed = await engine.model(seeded(1));
    using made = await engine.model(seeded(2));
    changed.setParameters(initialWeights(seeded(2)), { seeds: [2] });
    using one = await changed.run(words, { form: 'step' });
    using other = await made.run(words, { form: 'step' });
    expect(await one.signal('h').read()).toEqual(await other.signal('h').read());
    expect(() => changed.setParameters(initialWeights(seeded(2)), { seeds: [1, 2] })).toThrow('2 given; this bundle has 1 models');
    expect(() => changed.setParameters(initialWeights(seeded(2)), { seeds: [0.5] })).toThrow('0.5 is not a whole number');
  });

  it('changes nothing when the weights are refused', async () => {
    using model = await engine.model(spec(1));
    const { parameters } = model;
    const { 'head.bias': missing, ...rest } = initialWeights(spec(2));
    expect(missing).toBeDefined();
    expect(() => model.setParameters(rest)).toThrow('head.bias is missing');
    expect(model.parameters).toBe(parameters);
  });
});

it('makes nothing on the GPU when a slider moves', async () => {
  using engine = await createEngine({ device: 'gpu' });
  using model = await engine.model(spec(1));
  const move = async (gain: number) => {
    model.setParameters(initialWeights(spec(1, gain)));
    using tape = await model.run(inputs, { form: 'step' });
    await tape.backward(loss);
  };
  await move(1);
  const { made, submits } = await countGpuCalls(async () => {
    for (const gain of [1.1, 1.2, 1.3]) await move(gain);
  });
  expect(made).toEqual([]);
  expect(submits).toBe(6);
});

describe('the initial weights', () => {
  it('have the gain in the recurrent weights, and a named gate bias whole in b_ih', () => {
    const plain = initialWeights({ input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 2 }] });
    const set = initialWeights(spec(0, 2));
    expect(Array.from(set['weight_hh_l0'].data).length).toBe(6 * 6 * 4);
    const small = initialWeights({ input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 2, gain: 2, gateBias: { f: 1 } }] });
    expect(Array.from(small['weight_hh_l0'].data)).toEqual(Array.from(plain['weight_hh_l0'].data, (w) => 2 * w));
    expect(Array.from(small['weight_ih_l0'].data)).toEqual(Array.from(plain['weight_ih_l0'].data));
    expect(Array.from(small['bias_ih_l0'].data).slice(2, 4)).toEqual([1, 1]);
    expect(Array.from(small['bias_hh_l0'].data).slice(2, 4)).toEqual([0, 0]);
    expect(Array.from(small['bias_ih_l0'].data).slice(0, 2)).toEqual(Array.from(plain['bias_ih_l0'].data).slice(0, 2));
  });

  it.each([
    [{ gateBias: { z: 1 } }, 'a LSTM has no gate "z"; it has i, f, g, o'],
    [{ gateBias: { f: NaN } }, 'gateBias.f: NaN given'],
    [{ gain: Infinity }, 'gain: Infinity given'],
    [{ gateBias: { f: 1 }, bias: false }, 'this layer has no biases'],
  ])('refuse %j', (option, message) => {
    expect(() => initialWeights({ input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 2, ...option }] })).toThrow(message);
  });
});
