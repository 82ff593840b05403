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
});

describe('a long run', () => {
  it('is cut into dispatches of bounded work, with the same numbers', async () => {
    const long: RunInputs = { x: { shape: [60, 2, 3], data: Float32Array.from({ length: 360 }, (_, i) => Math.cos(i)) } };
    using cut = await createGpuEngine(undefined, { workPerDispatch: 50_000 });
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
