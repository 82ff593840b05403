// Rung 2 for training: an update follows the derivative of its whole loss, by every weight. One update of plain SGD leaves
// the gradient in its slot and, at a rate of 1, the difference of the weights; the loss is written out as its definition
// has it, from a rollout with weights of float64.
import { describe, expect, test } from 'vitest';
import { createEngine, layerStates, type Batch, type ModelSpec, type Tensor, type TrainerOptions } from '../../../src/engine/index';
import { toEnd } from '../../../src/engine/reference/driver';
import { rollout } from '../../../src/engine/reference/rollout';
import { isProgramRecord, layerInput, type Read } from '../../../src/engine/reference/rollout_record';
import { rulesOf, TrainingState } from '../../../src/engine/reference/training_state';
import type { CheckedBatch } from '../../../src/engine/training/batch';
import { checkedBatch } from '../../../src/engine/training/checked_batch';
import { startOf } from '../../../src/engine/training/snapshot';
import { checkedTraining } from '../../../src/engine/training/training';
import { differences, expectClose } from '../differences';
import { normal } from '../drawn_case';

const engine = await createEngine({ device: 'cpu' });

function whole(shape: readonly number[], below: number, key: number, least = 0): Tensor {
  return { shape, data: Array.from(normal(shape, key, 'whole').data, (value) => least + (Math.floor(Math.abs(value) * 1e4) % (below - least))) };
}

/** [M] of −Σ share·log softmax or of squared errors, a mean over what is asked for. */
function naiveLoss(scores: (m: number, row: number) => number[], { classes, values, asked }: CheckedBatch, models: number, smoothing: number): number[] {
  return Array.from({ length: models }, (_, m) => {
    let sum = 0;
    classes.forEach((target, row) => {
      if (target < 0) return;
      const told = scores(m, row);
      if (values) {
        told.forEach((score, k) => (sum += (score - values[row * told.length + k]) ** 2 / told.length));
        return;
      }
      const total = told.reduce((all, score) => all + Math.exp(score), 0);
      const logs = told.map((score) => Math.log(Math.exp(score) / total));
      sum -= (1 - smoothing) * logs[target] + (smoothing * logs.reduce((all, log) => all + log, 0)) / told.length;
    });
    return sum / asked;
  });
}

/** Of [M, T, …], the last step of each model. */
function lastStep(values: Float64Array, models: number, steps: number): Float64Array {
  const step = values.length / models / steps;
  const rows = Array.from({ length: models }, (_, m) => Array.from(values.subarray(((m + 1) * steps - 1) * step, (m + 1) * steps * step)));
  return Float64Array.from(rows.flat());
}

async function expectGradient(spec: ModelSpec, batches: readonly Batch[], options: Omit<TrainerOptions, 'task'>): Promise<void> {
  const model = await engine.model(spec);
  const { shape } = model;
  const training = checkedTraining(shape, model.parameters, { ...options, accumulate: batches.length, optimizer: { name: 'sgd', lr: 1 }, task: { batch: (k) => batches[k] } });
  const checked = batches.map((batch) => checkedBatch(shape, model.parameters, batch));
  const noise = [11, 22, 33];
  const state = new TrainingState(shape, rulesOf(training), startOf(model, training));
  const tally = toEnd(state.update(checked, { update: 1, rate: 1, noise }));
  const { parameters, slots } = state.snapshot();

  const models = shape.seeds.length;
  const weights = new Map([...model.parameters].map(([name, tensor]) => [name, { shape: tensor.shape, data: Float64Array.from(tensor.data) }] as const));
  const table = weights.get('embedding.weight');
  const headWeight = weights.get(shape.tied ? 'embedding.weight' : 'head.weight')!.data;
  const headBias = weights.get('head.bias')!.data;
  const classes = shape.classes!;
  const { dropout: part = 0, labelSmoothing = 0, carryState = false } = options;
  const run = ({ steps, sequences, lengths, tokens, x }: CheckedBatch, i: number, initial: Read['initial']) => {
    const source: Read['source'] = tokens ? { kind: 'rows', table: table!.data, rows: table!.data.length / models / shape.layers[0].inputs, tokens } : { kind: 'vectors', x: x! };
    const read: Read = { first: 0, steps, sequences, lengths, source, initial };
    const record = toEnd(rollout(shape, weights, read, part ? { key: noise[i], part } : undefined));
    return { record, output: layerInput(shape, read, record, shape.layers.length) };
  };
  const none: Read['initial'] = shape.layers.map((layer) => layerStates(layer).map(() => undefined));
  // What is carried is detached: it stays as the weights before the update made it.
  const starts: Read['initial'][] = [none];
  for (const [i, batch] of checked.entries()) {
    const { record } = run(batch, i, starts[i]);
    starts.push(carryState ? record.map((layer) => (isProgramRecord(layer) ? [...layer.final.values()] : layer[0].states.map((values) => lastStep(values, models, batch.steps)))) : none);
  }
  const loss = () => {
    const ofBatches = checked.map((batch, i) => {
      const { output } = run(batch, i, starts[i]);
      const y = new Float64Array(headWeight.length / models / classes);
      const scores = (m: number, row: number) => {
        output(m, Math.floor(row / batch.sequences), row % batch.sequences, y);
        return Array.from({ length: classes }, (_, k) => y.reduce((sum, value, j) => sum + value * headWeight[(m * classes + k) * y.length + j], headBias[m * classes + k]));
      };
      return naiveLoss(scores, batch, models, labelSmoothing);
    });
    return Array.from({ length: models }, (_, m) => ofBatches.reduce((sum, each) => sum + each[m], 0) / checked.length);
  };

  loss().forEach((value, m) => expect(Math.abs(tally.loss[m] - value)).toBeLessThan(1e-13));
  const norm = new Float64Array(models);
  for (const [name, { data }] of weights) {
    const expected = differences(data, models, true, loss);
    expectClose(slots.get('momentum_buffer')!.get(name)!.data, expected, name);
    expected.forEach((value, i) => (norm[Math.floor((i * models) / expected.length)] += value * value));
    parameters.get(name)!.data.forEach((after, i) => expect(Math.abs(after - (data[i] - expected[i])), name).toBeLessThan(1e-6));
  }
  norm.forEach((square, m) => expect(tally.gradientNorm[m]).toBeCloseTo(Math.sqrt(square), 7));
}

const tokens = (steps: number, sequences: number, rows: number, key: number) => whole([steps, sequences], rows, key);
const classesOf = (steps: number, sequences: number, count: number, key: number) => whole([steps, sequences], count, key, -1);

describe('an update follows the derivative of the loss by every weight:', () => {
  test('two layers, embedding and head, for a bundle, where not everything is asked for', async () => {
    const spec = { input: { embedding: 3, vocab: 5 }, layers: [{ cell: 'lstm', hidden: 3 }, { cell: 'gru', hidden: 2 }], output: { classes: 4 }, seeds: [1, 2] };
    await expectGradient(spec, [{ inputs: { tokens: tokens(4, 3, 5, 1) }, targets: { classes: classesOf(4, 3, 4, 2) } }], {});
  });

  test('with label smoothing, what is dropped between layers, and the mean of three batches', async () => {
    const spec = { input: { embedding: 2, vocab: 4 }, layers: [{ cell: 'gru', hidden: 4, bidirectional: true }, { cell: 'lstm', hidden: 3 }, { cell: 'rnn', hidden: 2 }], output: { classes: 3 }, seeds: [3, 4] };
    const batches = [1, 2, 3].map((key) => ({ inputs: { tokens: tokens(3, 2, 4, key) }, targets: { classes: classesOf(3, 2, 3, key + 10) } }));
    await expectGradient(spec, batches, { labelSmoothing: 0.1, dropout: 0.4 });
  });

  test('the embedding serving as the head', async () => {
    const spec = { input: { embedding: 3, vocab: 5 }, layers: [{ cell: 'lstm', hidden: 3 }], output: { classes: 5, tied: true }, seeds: [5, 6] };
    await expectGradient(spec, [{ inputs: { tokens: tokens(4, 2, 5, 4) }, targets: { classes: classesOf(4, 2, 5, 5) } }], { labelSmoothing: 0.2 });
  });

  test('squared errors of numbers, at some steps of sequences that end early', async () => {
    const spec = { input: { size: 2 }, layers: [{ cell: 'lstm', hidden: 4, projection: 2, bidirectional: true }], output: { values: 2 }, seed: 7 };
    const inputs = { x: normal([4, 3, 2], 8, 'x'), lengths: [4, 2, 3] };
    const asked = { shape: [4, 3], data: [1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0] };
    await expectGradient(spec, [{ inputs, targets: { values: normal([4, 3, 2], 9, 'wanted'), asked } }], {});
    await expectGradient(spec, [{ inputs, targets: { values: normal([4, 3, 2], 9, 'wanted') } }], {});
  });

  test('layers of several kinds, with what is dropped between them, of sequences that end early', async () => {
    const layers = [{ cell: 'lstm', hidden: 4, bidirectional: true }, { block: 'attention', heads: 2, mlp: 1, positions: 'learned', maxSteps: 4 }, { block: 'mamba', state: 2, expand: 1, conv: 2 }];
    const spec = { input: { embedding: 3, vocab: 4 }, layers, output: { classes: 3 }, seeds: [3, 4] };
    const batches = [1, 2].map((key) => ({ inputs: { tokens: tokens(4, 2, 4, key), lengths: [4, 3] }, targets: { classes: { shape: [4, 2], data: [0, 1, -1, 2, 1, 0, 2, -1] } } }));
    await expectGradient(spec, batches, { dropout: 0.3, labelSmoothing: 0.1 });
  });

  test('going on from the states of a scan', async () => {
    const layers = [{ block: 'mamba', state: 2, expand: 1, conv: 3 }, { cell: 'gru', hidden: 3 }, { block: 'min_lstm' }];
    const spec = { input: { embedding: 3, vocab: 4 }, layers, output: { classes: 3 }, seeds: [1, 2] };
    const batches = [1, 2, 3].map((key) => ({ inputs: { tokens: tokens(2, 2, 4, key) }, targets: { classes: classesOf(2, 2, 3, key) } }));
    await expectGradient(spec, batches, { carryState: true });
  });

  test('going on from the state where the batch before ended, which is no part of the derivative', async () => {
    const spec = { input: { embedding: 2, vocab: 4 }, layers: [{ cell: 'lstm', hidden: 3, projection: 2 }, { cell: 'gru', hidden: 2 }], output: { classes: 3 }, seeds: [1, 2] };
    const batches = [1, 2].map((key) => ({ inputs: { tokens: tokens(3, 2, 4, key) }, targets: { classes: classesOf(3, 2, 3, key) } }));
    await expectGradient(spec, batches, { carryState: true });
  });
});
