// The trainer alone, over a stepper that only writes down what it is asked.
import { expect, test, vi } from 'vitest';
import { createEngine, DivergedError, type Snapshot, type Tally, type TrainerOptions } from '../../../src/engine/index';
import { modelTrainer } from '../../../src/engine/training/model_trainer';
import { startOf } from '../../../src/engine/training/snapshot';
import type { Pass, Stepper } from '../../../src/engine/training/stepper';
import { checkedTraining } from '../../../src/engine/training/training';
import { echo, echoSpec } from './echo';

const engine = await createEngine({ device: 'cpu' });

async function written(options: Partial<TrainerOptions> = {}) {
  const model = await engine.model(echoSpec());
  const asked: number[] = [];
  const { batch } = echo();
  const training = checkedTraining(model.shape, model.parameters, { task: { batch: (k) => (asked.push(k), batch(k)) }, ...options });
  asked.length = 0;
  const start = startOf(model, training);
  const passes: Pass[] = [];
  let waiting: Tally[] = [];
  let snapshot: Snapshot = start;
  const stepper: Stepper = {
    dispatches: 7,
    update(_batches, pass) {
      passes.push(pass);
      waiting.push({ update: pass.update, loss: Float64Array.of(1), accuracy: Float64Array.of(1), gradientNorm: Float64Array.of(1), finite: [pass.rate < 50], rate: pass.rate, tokens: 1 });
    },
    idle: async () => undefined,
    tallies: async () => waiting.splice(0),
    snapshot: async () => snapshot,
    restore: () => void (waiting = []),
    diagnose: async () => ({ tensor: 'h', step: 4 }),
    release: vi.fn(),
  };
  const ended = vi.fn();
  return { trainer: modelTrainer(model, training, stepper, ended), passes, asked, start, stepper, ended, give: (next: Snapshot) => (snapshot = next) };
}

test('batches are asked for in order, each once, as many for an update as are accumulated', async () => {
  const { trainer, asked, passes } = await written({ accumulate: 3 });
  trainer.queue(2);
  trainer.queue(1);
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(passes.map(({ update }) => update)).toEqual([1, 2, 3]);
  expect(trainer.updates).toBe(3);
  expect(trainer.dispatches).toBe(7);
});

test('every batch of every update has a key of its own for what it drops, which the seed changes', async () => {
  const keysOf = async (seed: number) => {
    const { trainer, passes } = await written({ accumulate: 3, seed });
    trainer.queue(50);
    return passes.flatMap(({ noise }) => noise);
  };
  const [keys, again, other, far] = [await keysOf(1), await keysOf(1), await keysOf(2), await keysOf(2 ** 40 + 1)];
  expect(again).toEqual(keys);
  expect(new Set([...keys, ...other, ...far]).size).toBe(450);
  expect(keys.every((key) => Number.isInteger(key) && key >= 0 && key < 2 ** 32)).toBe(true);
});

test('of a long training the tallies of the last 5,000 updates are all there, and never more than 10,000', async () => {
  const { trainer } = await written();
  for (let i = 0; i < 46; i++) {
    trainer.queue(500);
    const before = trainer.tallies;
    expect(await trainer.collect()).not.toBe(before);
  }
  const updates = trainer.tallies.map(({ update }) => update);
  expect(updates.length).toBeLessThanOrEqual(10_000);
  expect(updates.slice(-5000)).toEqual(Array.from({ length: 5000 }, (_, i) => 18_001 + i));
  expect(updates[0]).toBe(1);
  expect(updates.every((update, i) => i === 0 || update > updates[i - 1])).toBe(true);
  expect(Math.max(...updates.slice(1).map((update, i) => update - updates[i]))).toBeLessThanOrEqual(16);
}, 30_000);

test('collections at the same time keep the tallies in order, each once', async () => {
  const { trainer } = await written();
  const collected = [1, 2, 3].map((count) => {
    trainer.queue(count);
    return trainer.collect();
  });
  await Promise.all(collected);
  expect(trainer.tallies.map(({ update }) => update)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a number that is not finite stops it, once for all who ask, until a snapshot is restored', async () => {
  const { trainer, start } = await written({ optimizer: { name: 'sgd', lr: 60 }, schedule: { name: 'cosine', updates: 100, warmUp: 10 } });
  trainer.queue(20);
  await expect(trainer.collect()).rejects.toMatchObject({ tensor: 'h', step: 4, update: 9, model: 0, message: expect.stringContaining('update 9: h at step 5') as string });
  expect(trainer.tallies.length).toBe(9);
  expect(() => trainer.queue(1)).toThrow(DivergedError);
  await expect(trainer.steps(1)).rejects.toThrow(DivergedError);
  trainer.restore(start);
  trainer.queue(3);
  expect((await trainer.collect()).length).toBe(3);
});

test('a snapshot whose numbers are not all finite is given, and is not the last good one', async () => {
  const { trainer, start, give } = await written();
  const bad = new Map(start.parameters).set('head.bias', { shape: [4], data: Float32Array.of(0, Infinity, 0, 0) });
  give({ ...start, update: 3, parameters: bad });
  expect((await trainer.snapshot()).update).toBe(3);
  expect(trainer.lastGood).toEqual(start);
  const good = { ...start, update: 4 };
  give(good);
  await trainer.snapshot();
  expect(trainer.lastGood).toBe(good);
});

test('a snapshot is taken every five seconds of steps', async () => {
  const { trainer, stepper } = await written();
  const snapshots = vi.spyOn(stepper, 'snapshot');
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  await trainer.steps(12);
  clock.mockRestore();
  expect(snapshots.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(snapshots.mock.calls.length).toBeLessThanOrEqual(6);
});

test('it ends once', async () => {
  const { trainer, stepper, ended } = await written();
  trainer.release();
  trainer[Symbol.dispose]();
  expect(stepper.release).toHaveBeenCalledTimes(1);
  expect(ended).toHaveBeenCalledTimes(1);
});
