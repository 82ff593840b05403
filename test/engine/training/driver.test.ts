// The same updates however they are carried out: at once, or in slices with other tasks in between, which can be called off.
import { expect, test } from 'vitest';
import { createEngine, type Snapshot, type Tally } from '../../../src/engine/index';
import { inSlices, toEnd } from '../../../src/engine/reference/driver';
import { ReferenceStepper } from '../../../src/engine/reference/reference_stepper';
import { TrainingQueue, type Drive, type TrainingHost } from '../../../src/engine/reference/training_queue';
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

test('updates that are not begun when a snapshot is restored are not made', async () => {
  const { queue, start, batch } = await queueOf(async (work) => toEnd(work));
  const asked = [1, 2].map((update) => queue.update([batch], pass(update)));
  queue.restore(start);
  expect(await Promise.all(asked)).toEqual([undefined, undefined]);
});

test('what a host answers after a snapshot was restored is not taken for an update of what came after', async () => {
  const { queue, start, batch } = await queueOf(async (work) => toEnd(work));
  const answers: ((tally: Tally | undefined) => void)[] = [];
  const heard: Snapshot[] = [];
  const slow: TrainingHost = {
    update: () => new Promise((resolve) => answers.push(resolve)),
    snapshot: () => queue.snapshot(),
    nonFinite: async () => undefined,
    restore: () => undefined,
    release: () => undefined,
  };
  const stepper = new ReferenceStepper(slow, 1000, (snapshot) => heard.push(snapshot));
  const tally = (await queue.update([batch], pass(1)))!;
  stepper.update([batch], pass(1));
  expect(stepper.ahead).toBe(true);
  stepper.restore(start);
  expect(stepper.ahead).toBe(false);
  stepper.update([batch], pass(1));
  answers.forEach((answer) => answer(tally));
  await stepper.idle();
  expect(await stepper.tallies()).toEqual([tally]);
  const reading = stepper.snapshot();
  stepper.restore(start);
  await reading;
  expect(heard).toEqual([start, start]); // the snapshot read meanwhile is of weights that are gone
});

test('an update that finds no memory is told as such, until a snapshot is restored', async () => {
  const { queue, start, batch } = await queueOf(async () => {
    throw new RangeError('Array buffer allocation failed');
  });
  const stepper = new ReferenceStepper(queue, 2048, () => undefined);
  stepper.update([batch], pass(1));
  await expect(stepper.idle()).rejects.toMatchObject({ code: 'out-of-memory', bytes: 2048 });
  stepper.restore(start);
  await stepper.idle();
});
