/** What a run costs the driver: counted by wrapping WebGPU's own prototypes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cells, cellNamed, createEngine, type Engine, type RecurrentForm, type RunInputs } from '../../src/engine';
import { createGpuEngine } from '../../src/engine/gpu/gpu_engine';
import { countGpuCalls } from './gpu_calls';

const STEPS = 9;
const inputs: RunInputs = { x: { shape: [STEPS, 3, 5], data: Float32Array.from({ length: STEPS * 15 }, (_, i) => Math.sin(i)) }, lengths: [9, 4, 7] };

let engine: Engine;

beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
});

afterAll(() => engine.release());

describe.each(['step', 'persistent'] as const)('the %s form', (form: RecurrentForm) => {
  it.each(cells.map(({ name }) => name))('makes nothing on the second run of a shape, in one pass and one submit: %s', async (cell) => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell, hidden: 37 }, { cell, hidden: 6, bidirectional: true }] });
    (await model.run(inputs, { form })).release();
    const { made, passes, submits, dispatches } = await countGpuCalls(async () => (await model.run(inputs, { form })).release());
    const perLayer = form === 'persistent' ? 2 : cellNamed(cell).inner ? 2 * STEPS + 1 : STEPS + 1;
    expect({ made, passes, submits }).toEqual({ made: [], passes: 1, submits: 1 });
    expect(dispatches).toBeLessThanOrEqual(2 * perLayer);
  });
});

describe.each(['step', 'persistent'] as const)('the way back in the %s form', (form: RecurrentForm) => {
  it.each(cells.map(({ name }) => name))('makes nothing the second time, in one pass and one submit: %s', async (cell) => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell, hidden: 37 }] });
    const there = async () => model.run(inputs, { form });
    const loss = { d_y: { shape: [STEPS, 3, 37], data: new Float32Array(STEPS * 3 * 37).fill(1) } };
    using first = await there();
    await first.backward(loss);
    first.release();
    using second = await there();
    const { made, passes, submits, dispatches, maps } = await countGpuCalls(async () => second.backward(loss));
    expect({ made, passes, submits, maps }).toEqual({ made: [], passes: 1, submits: 1, maps: 0 });
    // The recurrence, the input's gradient, and the sums of all weight matrices together.
    expect(dispatches).toBe((form === 'persistent' ? 1 : cellNamed(cell).inner ? 2 * STEPS + 1 : STEPS + 1) + 2);
  });

  // Scores, loss and the gradient at the output take three; the sums of head and embedding are made with the layer's.
  it('takes a language model, there and back, 8 dispatches or 2T + 7', async () => {
    using model = await engine.model({ input: { vocab: 11, embedding: 6 }, layers: [{ cell: 'lstm', hidden: 8 }], output: { classes: 11 } });
    const tokens = { tokens: { shape: [STEPS, 4], data: Int32Array.from({ length: 4 * STEPS }, (_, i) => (7 * i) % 11) } };
    (await model.run(tokens, { form })).release();
    const { dispatches } = await countGpuCalls(async () => {
      using tape = await model.run(tokens, { form });
      await tape.backward({ nextToken: 'all' });
    });
    expect(dispatches).toBe(form === 'persistent' ? 8 : 2 * STEPS + 7);
  });
});

describe('a run', () => {
  it('states the dispatches it takes', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 4 }] });
    let stated = 0;
    const { dispatches } = await countGpuCalls(async () => {
      using tape = await model.run(inputs, { form: 'step' });
      stated = tape.plan.dispatches;
    });
    expect(stated).toBe(dispatches);
    expect(stated).toBe(STEPS + 1);
  });

  it('reads nothing back', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'gru', hidden: 4 }] });
    const { maps } = await countGpuCalls(async () => (await model.run(inputs)).release());
    expect(maps).toBe(0);
  });

  it('keeps the form that was measured for its shape', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 12 }] });
    using first = await model.run(inputs);
    using second = await model.run(inputs);
    expect(second.plan).toEqual(first.plan);
  });

  it('gives its buffers to the next run once the last holder lets go, and not before', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 4 }] });
    const first = await model.run(inputs, { form: 'step' });
    const letGo = first.hold();
    const buffer = first.signal('h').storage!.buffer;
    const values = await first.signal('h').read();
    first.release();
    using second = await model.run({ x: { shape: [STEPS, 3, 5], data: new Float32Array(STEPS * 15) } }, { form: 'step' });
    expect(second.signal('h').storage!.buffer).not.toBe(buffer);
    expect(await first.signal('h').read()).toEqual(values);
    letGo();
    using third = await model.run(inputs, { form: 'step' });
    expect(third.signal('h').storage!.buffer).toBe(buffer);
  });

  it('does not grow over many runs of one shape', async () => {
    using model = await engine.model({ input: { embedding: 6 }, layers: [{ cell: 'gru', hidden: 8 }] });
    const run = async (last: string) => (await model.run({ words: ['the', 'cat', 'sat', last] }, { form: 'step' })).release();
    await run('down');
    const { made } = await countGpuCalls(async () => {
      for (let i = 0; i < 50; i++) await run(`word ${i}`);
    });
    expect(made).toEqual([]);
  });

  it('makes nothing to read what was read before, and two readers get the same numbers', async () => {
    using model = await engine.model({ input: { embedding: 6 }, layers: [{ cell: 'gru', hidden: 8 }] });
    const read = async (last: string) => {
      using tape = await model.run({ words: ['the', 'cat', 'sat', last] }, { form: 'step' });
      const [one, other, h_n] = await Promise.all([tape.signal('h').read(), tape.signal('h').read(), tape.signal('h_n').read()]);
      expect(other).toEqual(one);
      expect(h_n).toEqual(one.slice(-8));
      return one;
    };
    const before = await read('down');
    let after: unknown;
    const { made } = await countGpuCalls(async () => {
      after = await read('up');
    });
    expect(made).toEqual([]);
    expect(after).not.toEqual(before);
    expect(await read('down')).toEqual(before);
  });
});

describe('a long run', () => {
  it('is cut into dispatches of bounded work, with the same numbers', async () => {
    const long: RunInputs = { x: { shape: [60, 2, 3], data: Float32Array.from({ length: 360 }, (_, i) => Math.cos(i)) } };
    using cut = await createGpuEngine(undefined, { workPerDispatch: 5_000 });
    const spec = { input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 16 }] };
    using whole = await engine.model(spec);
    using pieces = await cut.model(spec);
    using one = await whole.run(long, { form: 'persistent' });
    using many = await pieces.run(long, { form: 'persistent' });
    expect(one.plan.dispatches).toBe(2);
    expect(many.plan.dispatches).toBeGreaterThan(6);
    expect(await many.signal('h').read()).toEqual(await one.signal('h').read());
    expect(await many.signal('c').read()).toEqual(await one.signal('c').read());
  });

  it('is carried back in pieces with the same gradients', async () => {
    const long: RunInputs = { x: { shape: [60, 2, 3], data: Float32Array.from({ length: 360 }, (_, i) => Math.cos(i)) } };
    const loss = { d_y: { shape: [60, 2, 16], data: Float32Array.from({ length: 1920 }, (_, i) => Math.sin(i)) } };
    using cut = await createGpuEngine(undefined, { workPerDispatch: 5_000 });
    for (const cell of ['lstm', 'gru_reset_before']) {
      const spec = { input: { size: 3 }, layers: [{ cell, hidden: 16 }] };
      using whole = await engine.model(spec);
      using pieces = await cut.model(spec);
      using one = await whole.run(long, { form: 'persistent' });
      using many = await pieces.run(long, { form: 'persistent' });
      await one.backward(loss);
      const { dispatches } = await countGpuCalls(async () => many.backward(loss));
      expect(dispatches).toBeGreaterThan(10);
      for (const name of ['d_h', 'd_x', 'd_h0']) expect(await many.signal(name).read()).toEqual(await one.signal(name).read());
      expect(await many.gradients()).toEqual(await one.gradients());
    }
  });

  it.each(['step', 'persistent'] as const)('of 2,000 steps has the reference’s numbers, there and back: %s', async (form) => {
    const steps = 2000;
    const long: RunInputs = { x: { shape: [steps, 1, 3], data: Float32Array.from({ length: 3 * steps }, (_, i) => Math.cos(i * i)) } };
    const loss = { d_y: { shape: [steps, 1, 8], data: Float32Array.from({ length: 8 * steps }, (_, i) => Math.sin(i)) } };
    using cpu = await createEngine({ device: 'cpu' });
    const spec = { input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 8, gateBias: { f: 3 } }] };
    using model = await engine.model(spec);
    using reference = await cpu.model(spec);
    using found = await model.run(long, { form });
    using expected = await reference.run(long);
    await found.backward(loss);
    await expected.backward(loss);
    // 7e-5 of each tensor's scale, the golden bound for GPU kernels.
    for (const name of ['h', 'c', 'd_h', 'd_c', 'd_x']) {
      const values = Array.from(await expected.signal(name).read());
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const got = await found.signal(name).read();
      const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
      expect(worst / scale, name).toBeLessThanOrEqual(7e-5);
    }
    const gradients = await found.gradients();
    for (const [name, { data }] of await expected.gradients()) {
      const scale = Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const got = gradients.get(name)!.data;
      const worst = Array.from(data).reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
      expect(worst / scale, name).toBeLessThanOrEqual(7e-5);
    }
  });
});

describe('a shape that cannot fit', () => {
  it('is a typed error before anything is allocated', async () => {
    using small = await createGpuEngine(undefined, { maxStorageBufferBindingSize: 4096, maxComputeWorkgroupsPerDimension: 64 });
    using model = await small.model({ input: { size: 5 }, layers: [{ cell: 'rnn', hidden: 16 }] });
    const tooLong = { x: { shape: [500, 1, 5], data: new Float32Array(2500) } };
    const { made } = await countGpuCalls(async () => {
      await expect(model.run(tooLong)).rejects.toMatchObject({ code: 'limit', allowed: 4096 });
      await expect(small.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 64 }] })).rejects.toMatchObject({ code: 'limit' });
    });
    expect(made).toEqual([]);
  });
});

describe('the extent of a signal', () => {
  it('is the largest and the smallest magnitude that is not 0, as the numbers have it', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'rnn_relu', hidden: 9 }] });
    using tape = await model.run(inputs);
    await tape.backward({ unit: 2, step: 3 });
    for (const name of ['h', 'a', 'd_h', 'd_x']) {
      const values = Array.from(await tape.signal(name).read(), Math.abs).filter((value) => value > 0);
      expect(await tape.signal(name).extent(), name).toEqual({ largest: Math.max(...values), smallest: Math.min(...values), finite: true });
    }
  });

  it('of nothing but zeros is 0', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'rnn', hidden: 3, bias: false }] });
    using tape = await model.run({ x: { shape: [2, 1, 5], data: new Float32Array(10) } });
    expect(await tape.signal('h').extent()).toEqual({ largest: 0, smallest: 0, finite: true });
  });

  it('comes with those of other signals, in one submit and one reading, asked for twice or once', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 9 }] });
    using tape = await model.run(inputs);
    const names = ['h', 'c', 'i', 'f', 'g', 'o', 'a_i', 'h'];
    const alone = [];
    for (const name of names) alone.push(await tape.signal(name).extent());
    let together: unknown;
    const { submits, maps, made } = await countGpuCalls(async () => {
      together = await Promise.all(names.map((name) => tape.signal(name).extent()));
    });
    expect({ submits, maps, made }).toEqual({ submits: 1, maps: 1, made: [] });
    expect(together).toEqual(alone);
    expect(new Set(alone.map(({ largest }) => largest)).size).toBe(7); // none is another's
  });

  it('of more signals than one reading brings is right too', async () => {
    using model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 9 }], seeds: [0, 1] });
    const tapes = await Promise.all(Array.from({ length: 12 }, () => model.run(inputs)));
    const signals = tapes.flatMap((tape) => ['h', 'c', 'i', 'f', 'g', 'o'].map((name) => tape.signal(name)));
    const together = await Promise.all(signals.map((signal) => signal.extent()));
    for (const [k, signal] of signals.entries()) expect(together[k], `${k}`).toEqual(await signal.extent());
    for (const tape of tapes) tape.release();
  });
});
