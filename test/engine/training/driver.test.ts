// The same updates however they are carried out: at once, or in slices with other tasks in between, which can be called off.
import { expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/index';
import { inSlices, toEnd } from '../../../src/engine/reference/driver';
import { TrainingQueue, type Drive } from '../../../src/engine/reference/training_queue';
import { rulesOf } from '../../../src/engine/reference/training_state';
import { startOf } from '../../../src/engine/training/snapshot';
import { checkedTraining } from '../../../src/engine/training/training';
import { echo, echoSpec } from './echo';

const engine = await createEngine({ device: 'cpu' });

async function queueOf(drive: Drive) {
  const model = await engine.model(echoSpec({ layers: [{ cell: 'lstm', hidden: 24 }, { cell: 'gru', hidden: 24 }] }));
  const training = checkedTraining(model.shape, model.parameters, { task: echo({ sequences: 16 }), dropout: 0.3, clip: 1 });
  const start = startOf(model, training);
  return { queue: new TrainingQueue(model.shape, rulesOf(training), start, drive), start, batch: training.first };
}

const pass = (update: number) => ({ update, rate: 0.01, noise: [update] });

test('slices of a millisecond lead to the same numbers, and other tasks have their turn', async () => {
  const [whole, sliced] = [await queueOf(async (work) => toEnd(work)), await queueOf((work, abort) => inSlices(work, abort, 1))];
  let turns = 0;
  const clock = setInterval(() => turns++, 0);
  for (const { queue, batch } of [whole, sliced]) await Promise.all([1, 2, 3].map((update) => queue.update([batch], pass(update))));
  clearInterval(clock);
  expect(turns).toBeGreaterThan(3);
  expect(await sliced.queue.snapshot()).toEqual(await whole.queue.snapshot());
});

test('an update that is called off half-way leaves nothing behind', async () => {
  const { queue, start, batch } = await queueOf((work, abort) => inSlices(work, abort, 1));
  const first = queue.update([batch], pass(1));
  const second = queue.update([batch], pass(2));
  await new Promise((resolve) => setTimeout(resolve, 3));
  queue.restore(start);
  expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
  const { queue: other } = await queueOf(async (work) => toEnd(work));
  await Promise.all([queue.update([batch], pass(1)), other.update([batch], pass(1))]);
  expect(await queue.snapshot()).toEqual(await other.snapshot());
});
