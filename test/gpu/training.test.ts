/** What an update costs the driver, that nothing is read back or made while training, and what is told of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, optimizerNamed, type Engine, type ModelSpec, type RecurrentForm, type TrainerOptions } from '../../src/engine';
import type { GpuModel } from '../../src/engine/gpu/gpu_model';
import { RING } from '../../src/engine/gpu/optimizer_step';
import { gpuPieces } from '../golden/gpu_pieces';
import { countGpuCalls } from './gpu_calls';

const STEPS = 9;
const forms = ['step', 'persistent'] as const;

let engine: Engine;

beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
});

afterAll(() => engine.release());

const language = (cell: string, more: Partial<ModelSpec> = {}): ModelSpec => ({ input: { vocab: 11, embedding: 6 }, layers: [{ cell, hidden: 8 }], output: { classes: 11 }, ...more });

/** Every token is (7·place + 3·batch) mod 11; the next one is asked for. */
function text(steps = STEPS, sequences = 4): TrainerOptions['task'] {
  const tokens = (k: number, first: number) => ({ shape: [steps, sequences], data: Int32Array.from({ length: steps * sequences }, (_, i) => (7 * (Math.floor(i / sequences) + first) + 5 * (i % sequences) + 3 * k) % 11) });
  return { batch: (k) => ({ inputs: { tokens: tokens(k, 0) }, targets: { classes: tokens(k, 1) } }) };
}

async function trained(spec: ModelSpec, options: Partial<TrainerOptions>, form: RecurrentForm | 'auto' = 'auto') {
  const model = (await engine.model(spec)) as GpuModel;
  const trainer = await model.trainer({ task: text(), ...options }, form);
  return { model, trainer };
}

describe.each(forms)('an update in the %s form', (form) => {
  const least = (extra = 0) => (form === 'persistent' ? 10 : 2 * STEPS + 8) + extra;

  it.each([
    ['of an LSTM language model', 'lstm', {}, 0],
    ['of a GRU language model', 'gru', {}, 0],
    ['clipped by norm', 'lstm', { clip: 1 }, 1],
    ['clipped by value', 'lstm', { clipValue: 0.1 }, 0],
    ['with state carried on', 'lstm', { carryState: true }, 0],
    ['by SGD with label smoothing', 'gru', { optimizer: { name: 'sgd', lr: 0.1 }, labelSmoothing: 0.1 }, 0],
  ] as const)('%s takes 10 dispatches or 2T + 8, one pass and one submit; nothing is made, nothing read back', async (_, cell, options, extra) => {
    const { model, trainer } = await trained(language(cell), options, form);
    trainer.queue(2);
    await trainer.idle();
    const { made, passes, submits, dispatches, maps } = await countGpuCalls(async () => trainer.queue(1));
    expect({ made, passes, submits, maps, dispatches }).toEqual({ made: [], passes: 1, submits: 1, maps: 0, dispatches: least(extra) });
    expect(trainer.dispatches).toBe(dispatches);
    await trainer.idle();
    model.release();
  });

  it('of two batches takes a submit for each, and moves the weights once', async () => {
    const { model, trainer } = await trained(language('lstm'), { accumulate: 2 }, form);
    trainer.queue(1);
    const { made, submits, dispatches } = await countGpuCalls(async () => trainer.queue(1));
    expect({ made, submits, dispatches }).toEqual({ made: [], submits: 2, dispatches: 2 * least() - 2 });
    model.release();
  });

  it.each(['lstm', 'gru', 'rnn', 'lstm_peephole', 'gru_reset_before'])('is bitwise the same each time, from the same start: %s', async (cell) => {
    const ends = [];
    for (let i = 0; i < 2; i++) {
      const { model, trainer } = await trained(language(cell, { layers: [{ cell, hidden: 8 }, { cell, hidden: 5 }], seeds: [1, 2] }), { dropout: 0.3, clip: 0.5, carryState: true }, form);
      trainer.queue(5);
      const { parameters, slots, carried } = await trainer.snapshot();
      ends.push({ parameters, slots, carried, tallies: await trainer.collect() });
      model.release();
    }
    expect(ends[0].tallies.every(({ finite }) => finite.every(Boolean))).toBe(true);
    expect(ends[0].tallies.length).toBe(5);
    expect(ends[1]).toEqual(ends[0]);
  });
});

describe('the steady state', () => {
  it('makes nothing while updates, tallies, snapshots and refreshed views follow one another', async () => {
    const { model, trainer } = await trained(language('lstm'), {});
    using tape = await model.run({ tokens: { shape: [4, 1], data: [1, 2, 3, 4] } });
    await tape.backward({ unit: 0, step: 3 });
    const once = async () => {
      trainer.queue(3);
      await tape.refresh();
      await trainer.collect();
      await trainer.snapshot();
    };
    await once();
    const { made, maps } = await countGpuCalls(async () => {
      for (let i = 0; i < 5; i++) await once();
    });
    expect(made).toEqual([]);
    expect(maps).toBe(10);
    model.release();
  });

  it('takes two dispatches a step and eight more, at 64 steps', async () => {
    const { model, trainer } = await trained(language('lstm'), { task: text(64, 8) }, 'step');
    expect(trainer.dispatches).toBe(2 * 64 + 8);
    const { dispatches } = await countGpuCalls(async () => {
      trainer.queue(1);
      await trainer.idle();
    });
    expect(dispatches).toBe(trainer.dispatches);
    model.release();
  });
});

describe('the ring of tallies', () => {
  it('goes round without mixing them up', async () => {
    const { model, trainer } = await trained(language('rnn'), { optimizer: { name: 'sgd', lr: 0.1 } });
    const late = { ...(await trainer.snapshot()), update: RING - 2 };
    trainer.restore(late);
    const one: number[] = [];
    for (let i = 0; i < 4; i++) one.push((await trainer.steps(1)).loss[0]);
    trainer.restore(late);
    trainer.queue(4);
    const tallies = (await trainer.collect()).filter(({ update }) => update > RING - 2);
    expect(tallies.map(({ update }) => update)).toEqual([RING - 1, RING, RING + 1, RING + 2]);
    expect(tallies.map(({ loss }) => loss[0])).toEqual(one);
    expect(new Set(one).size).toBe(4);
    model.release();
  });
});

describe('the norm of a gradient', () => {
  it.each([1e-30, 1e-12, 1, 1e25, 1e36])('is right to 1e-6 at size %d, whose square float32 may not have, and so is what it clips to', async (size) => {
    const pieces = await gpuPieces();
    const d = Float32Array.from({ length: 3001 }, (_, i) => size * Math.sin(i));
    const optimizer = optimizerNamed('sgd');
    const settings = Object.fromEntries(optimizer.options.map((option) => [option.name, option.default]));
    const moved = { p: new Float32Array(d.length), d, slots: [new Float32Array(d.length)] };
    const { norm, parameters } = await pieces.update({ optimizer, settings, rate: 1, update: 1, clip: 1 }, [moved]);
    const exact = Math.sqrt(d.reduce((sum, value) => sum + value * value, 0));
    expect(Math.abs(norm / exact - 1)).toBeLessThan(1e-6);
    const scale = Math.min(1, 1 / (exact + 1e-6));
    Array.from(parameters[0].p, (value, i) => expect(Math.abs(value + scale * d[i])).toBeLessThanOrEqual(2e-6 * Math.abs(scale * d[i])));
  });
});
