// Rung 4 for training: an update on the GPU is the reference's, for every option, in both forms. Rung 2 holds the
// reference's gradients against its loss.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cells, cellNamed, createEngine, type Batch, type Engine, type ModelSpec, type RecurrentForm, type TrainerOptions } from '../../src/engine/index';
import type { GpuModel } from '../../src/engine/gpu/gpu_model';
import { normal } from '../engine/drawn_case';

let gpu: Engine;
let cpu: Engine;
beforeAll(async () => {
  gpu = await createEngine({ device: 'gpu' });
  cpu = await createEngine({ device: 'cpu' });
});
afterAll(() => {
  gpu.release();
  cpu.release();
});

const names = cells.map(({ name }) => name);
const forms = ['step', 'persistent'] as const;

interface Drawn {
  readonly cells: readonly string[];
  readonly steps: number;
  readonly sequences: number;
  readonly hidden: number;
  readonly projection?: number;
  readonly bidirectional: boolean;
  readonly models: number;
  readonly seed: number;
  /** Words, of which some may serve as the head too; or vectors. */
  readonly reads: 'words' | 'tied' | 'vectors';
  readonly classes: number;
  readonly tells: 'classes' | 'values';
  readonly asked: 'everywhere' | 'here and there';
  readonly lengths: boolean;
  readonly options: Partial<TrainerOptions>;
}

function specOf({ cells: stack, hidden, projection, bidirectional, models, seed, reads, classes, tells }: Drawn): ModelSpec {
  const last = stack[stack.length - 1];
  const projected = (cell: string) => (cellNamed(cell).states.length > 1 ? projection : undefined);
  const width = (bidirectional ? 2 : 1) * (projected(last) ?? hidden);
  return {
    input: reads === 'vectors' ? { size: 5 } : { vocab: classes, embedding: reads === 'tied' ? width : 6 },
    layers: stack.map((cell) => ({ cell, hidden, projection: projected(cell), bidirectional })),
    output: tells === 'values' ? { values: classes } : { classes, tied: reads === 'tied' },
    seeds: Array.from({ length: models }, (_, m) => seed + m),
  };
}

function taskOf({ steps, sequences, seed, reads, classes, tells, asked, lengths }: Drawn): TrainerOptions['task'] {
  const lengthOf = (k: number, b: number) => (lengths ? 1 + ((b * 5 + k + seed) % steps) : steps);
  const whole = (k: number, name: string) => normal([steps, sequences], seed, `${name} ${k}`).data.map((value) => Math.abs(Math.trunc(1000 * value)) % classes);
  return {
    batch(k): Batch {
      const isAsked = (row: number) => Math.floor(row / sequences) < lengthOf(k, row % sequences) && (asked === 'everywhere' || row === 0 || (row * 7 + k) % 3 === 0);
      const where = Array.from({ length: steps * sequences }, (_, row) => isAsked(row));
      const given = lengths ? { lengths: Array.from({ length: sequences }, (_, b) => lengthOf(k, b)) } : {};
      const inputs = reads === 'vectors' ? { x: normal([steps, sequences, 5], seed, `x ${k}`) } : { tokens: { shape: [steps, sequences], data: whole(k, 'tokens') } };
      const targets =
        tells === 'values'
          ? { values: normal([steps, sequences, classes], seed, `values ${k}`), asked: { shape: [steps, sequences], data: where.map(Number) } }
          : { classes: { shape: [steps, sequences], data: whole(k, 'targets').map((target, row) => (where[row] ? target : -1)) } };
      return { inputs: { ...inputs, ...given }, targets };
    },
  };
}

const largestOf = (values: ArrayLike<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const differenceOf = (found: ArrayLike<number>, exact: ArrayLike<number>) =>
  Array.from(found).reduce((most, value, i) => Math.max(most, Number.isFinite(value) ? Math.abs(value - exact[i]) : Infinity), found.length === exact.length ? 0 : Infinity);

/**
 * Two updates by gradient descent with momentum, whose slot is the whole gradient. The bound on gradients is that of a
 * backward pass, 7e-5 of the scale, and the scale that of the largest in their layer, since sums may cancel; what a
 * parameter moves by is as good, and is rounded to its own float32.
 */
async function expectSameUpdates(drawn: Drawn, form: RecurrentForm): Promise<void> {
  const spec = specOf(drawn);
  const options: TrainerOptions = { task: taskOf(drawn), optimizer: { name: 'sgd', lr: 0.1, momentum: 0.5 }, ...drawn.options };
  const [fast, slow] = await Promise.all([gpu, cpu].map((engine) => engine.model(spec)));
  try {
    const [trainer, exact] = [await (fast as GpuModel).trainer(options, form), await slow.trainer(options)];
    for (let update = 1; update <= 2; update++) {
      const [tally, expected] = [await trainer.steps(1), await exact.steps(1)];
      expect({ update: tally.update, tokens: tally.tokens, rate: tally.rate, finite: tally.finite }).toEqual({ update, tokens: expected.tokens, rate: expected.rate, finite: expected.finite });
      // A loss is a mean of terms good to 1e-6 of scores of size 1, or of squares of such.
      expected.loss.forEach((loss, m) => expect(Math.abs(tally.loss[m] - loss), `loss of model ${m}`).toBeLessThanOrEqual(1e-5 * Math.max(1, loss)));
      expected.gradientNorm.forEach((norm, m) => expect(Math.abs(tally.gradientNorm[m] - norm), `norm of model ${m}`).toBeLessThanOrEqual(7e-5 * norm));
      expect(tally.accuracy).toEqual(expected.accuracy);
      const [found, wanted] = [await trainer.snapshot(), await exact.snapshot()];
      expect([...found.parameters.keys()]).toEqual([...wanted.parameters.keys()]);
      const gradients = wanted.slots.get('momentum_buffer')!;
      const layerOf = (name: string) => /_(l\d+)/.exec(name)?.[1] ?? '';
      const reach = (name: string) => Math.max(...[...gradients].filter(([other]) => layerOf(other) === layerOf(name)).map(([, { data }]) => largestOf(data)));
      for (const [name, { shape, data }] of wanted.parameters) {
        const bound = 7e-5 * reach(name);
        expect(differenceOf(found.slots.get('momentum_buffer')!.get(name)!.data, gradients.get(name)!.data), `gradient of ${name}`).toBeLessThanOrEqual(bound);
        expect(found.parameters.get(name)!.shape).toEqual(shape);
        expect(differenceOf(found.parameters.get(name)!.data, data), name).toBeLessThanOrEqual(2 * 0.1 * bound + 2 ** -22 * largestOf(data));
      }
      found.carried?.forEach((states, k) => states.forEach((values, s) => expect(differenceOf(values, wanted.carried![k][s])).toBeLessThanOrEqual(7e-5 * Math.max(1e-2, largestOf(values)))));
      expect(found.carried?.length).toBe(wanted.carried?.length);
    }
  } finally {
    fast.release();
    slow.release();
  }
}

const plain: Drawn = { cells: ['lstm'], steps: 5, sequences: 3, hidden: 7, bidirectional: false, models: 1, seed: 1, reads: 'words', classes: 9, tells: 'classes', asked: 'everywhere', lengths: false, options: {} };

describe.each(forms)('in the %s form an update is the reference’s', (form) => {
  test.each([
    ['of two batches', { options: { accumulate: 2 } }],
    ['with dropout between layers', { cells: ['lstm', 'gru', 'rnn'], options: { dropout: 0.4 } }],
    ['with dropout between layers read in both directions', { cells: ['gru', 'lstm'], bidirectional: true, hidden: 6, models: 2, options: { dropout: 0.4, accumulate: 2 } }],
    ['with state carried on', { cells: ['lstm', 'gru'], models: 2, options: { carryState: true } }],
    ['with projected state carried on', { cells: ['lstm_peephole'], projection: 3, options: { carryState: true } }],
    ['of three models', { models: 3, options: { clip: 0.1 } }],
    ['with a tied head', { reads: 'tied', options: { clip: 0.3 } }],
    ['with a tied head over a projection, in a bundle', { reads: 'tied', projection: 5, models: 2 }],
    ['with a tied head over both directions', { reads: 'tied', bidirectional: true, hidden: 8 }],
    ['over both directions', { bidirectional: true, cells: ['lstm', 'rnn'], asked: 'here and there', lengths: true }],
    ['of squared errors', { reads: 'vectors', tells: 'values', classes: 3 }],
    ['of squared errors, here and there, in a bundle', { reads: 'vectors', tells: 'values', classes: 1, asked: 'here and there', models: 2, options: { accumulate: 2 } }],
    ['with a smoothed label', { options: { labelSmoothing: 0.2 }, asked: 'here and there' }],
    ['clipped by value', { options: { clipValue: 0.01 } }],
    ['with frozen parameters', { cells: ['lstm', 'gru'], options: { frozen: ['bias_hh', 'weight_ih_l1', 'embedding.weight'], clip: 0.1 } }],
    ['over long sums, cut into slices', { steps: 40, sequences: 40, hidden: 5, models: 2, options: { clip: 1, accumulate: 2 } }],
    ['of a wide layer', { hidden: 70, classes: 130, steps: 3 }],
  ] as [string, Partial<Drawn>][])('%s', async (_, more) => expectSameUpdates({ ...plain, ...more }, form));

  test.each(names)('of %s, twice, projected where it can be', async (cell) => expectSameUpdates({ ...plain, cells: [cell, cell], hidden: 37, projection: 11, models: 2, lengths: true, options: { dropout: 0.2, clip: 1 } }, form));

  // A batch that reads each word more than once multiplies it once.
  const often: Partial<Drawn> = { steps: 9, sequences: 4, classes: 10 };

  test.each([
    ['in a bundle over both directions', { cells: ['gru', 'lstm'], bidirectional: true, models: 2, lengths: true, options: { accumulate: 2 } }],
    ['with a tied head', { reads: 'tied', hidden: 8, options: { carryState: true } }],
    ['with vectors that stay as they are', { options: { frozen: ['embedding.weight'], clip: 0.1 } }],
    ['of squared errors, below another layer', { cells: ['gru', 'rnn'], models: 2, tells: 'values' }],
    ['over sums cut into slices', { steps: 40, sequences: 40, models: 2, hidden: 5, options: { clip: 1 } }],
  ] as [string, Partial<Drawn>][])('where words are read often, %s', async (_, more) => expectSameUpdates({ ...plain, ...often, ...more }, form));

  test.each(names)('where words are read often, of %s, projected where it can be', async (cell) => expectSameUpdates({ ...plain, ...often, cells: [cell], hidden: 13, projection: 6, models: 2, bidirectional: true, lengths: true }, form));

  test('for any network and any options', { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          cells: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
          steps: fc.integer({ min: 1, max: 7 }),
          sequences: fc.integer({ min: 1, max: 5 }),
          hidden: fc.integer({ min: 2, max: 20 }),
          bidirectional: fc.boolean(),
          models: fc.integer({ min: 1, max: 3 }),
          seed: fc.nat(1e6),
          reads: fc.constantFrom('words' as const, 'vectors' as const),
          classes: fc.integer({ min: 1, max: 40 }),
          tells: fc.constantFrom('classes' as const, 'values' as const),
          asked: fc.constantFrom('everywhere' as const, 'here and there' as const),
          lengths: fc.boolean(),
          dropout: fc.constantFrom(0, 0.3),
          accumulate: fc.integer({ min: 1, max: 2 }),
          smoothing: fc.constantFrom(0, 0.1),
          clip: fc.constantFrom({}, { clip: 0.2 }, { clipValue: 0.05 }),
        }),
        ({ dropout, accumulate, smoothing, clip, ...drawn }) =>
          expectSameUpdates({ ...drawn, options: { dropout, accumulate, ...clip, ...(drawn.tells === 'classes' && { labelSmoothing: smoothing }) } }, form),
      ),
      { numRuns: 30, seed: form === 'step' ? 21 : 22 },
    ));
});
