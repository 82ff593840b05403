// Rung 4 for gradients: what the GPU takes back through time is what the reference takes back, for every cell and option,
// in both forms, and where units are latched. Rungs 1 to 3 hold the reference itself.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cells, createEngine, type Cotangents, type Engine, type Loss, type RecurrentForm, type RunInputs, type Tape } from '../../src/engine/index';
import { sigmoidSlope } from '../../src/engine/math/activation';
import { drawnInputs, drawnSpec, normal, projectionOf, type CaseShape } from '../engine/drawn_case';
import { shapes } from './drawn_shapes';

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
const largestOf = (values: ArrayLike<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const differenceOf = (found: ArrayLike<number>, exact: ArrayLike<number>) =>
  Array.from(found).reduce((most, value, i) => Math.max(most, Number.isFinite(value) ? Math.abs(value - exact[i]) : Infinity), found.length === exact.length ? 0 : Infinity);

/**
 * Compares all that a backward pass leaves behind.
 *
 * The bound is that of the forward pass, 7e-5 of the scale: four times the worst that float32 with activations good to
 * 1e-6 reaches over the golden set. What a layer adds up from its d_a (gradients of weights, inputs, initial states) may
 * cancel to less than one addend, so its scale is at least the largest d_a.
 */
async function expectSameGradients(fast: Tape, exact: Tape): Promise<void> {
  expect(fast.signals).toEqual(exact.signals);
  const reach = new Map<string, number>();
  for (const { name, kind, layer, direction } of exact.signals) {
    if (kind !== 'gradient' || !name.startsWith('d_a_')) continue;
    const key = `l${layer}${direction === 'reverse' ? '_reverse' : ''}`;
    reach.set(key, Math.max(reach.get(key) ?? 0, largestOf(await exact.signal(name, { layer, direction }).read())));
  }
  const reachOf = (layer: number) => Math.max(...[`l${layer}`, `l${layer}_reverse`].map((key) => reach.get(key) ?? 0));
  for (const { name, kind, layer, direction } of fast.signals) {
    if (kind !== 'gradient' && kind !== 'initial gradient') continue;
    const [found, expected] = await Promise.all([fast, exact].map((tape) => tape.signal(name, { layer, direction }).read()));
    const scale = name === 'd_x' || kind === 'initial gradient' ? Math.max(largestOf(expected), reachOf(layer)) : largestOf(expected);
    expect(differenceOf(found, expected), `${name} of layer ${layer} ${direction}`).toBeLessThanOrEqual(7e-5 * scale);
  }
  const [found, expected] = [await fast.gradients(), await exact.gradients()];
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, { shape, data }] of expected) {
    expect(found.get(name)!.shape, name).toEqual(shape);
    const layer = /_(l\d+(?:_reverse)?)$/.exec(name)?.[1] ?? (name.startsWith('embedding') ? 'l0' : '');
    expect(differenceOf(found.get(name)!.data, data), name).toBeLessThanOrEqual(7e-5 * Math.max(largestOf(data), reach.get(layer) ?? 0));
  }
}

async function backOnBoth(spec: Parameters<Engine['model']>[0], inputs: RunInputs, loss: Loss, form: RecurrentForm, compare: (fast: Tape, exact: Tape) => Promise<void>, weights?: Parameters<Engine['model']>[1]): Promise<void> {
  const [fast, slow] = await Promise.all([gpu, cpu].map((engine) => engine.model(spec, weights)));
  try {
    const [tape, exact] = await Promise.all([fast.run(inputs, { form }), slow.run(inputs)]);
    const losses = await Promise.all([tape.backward(loss), exact.backward(loss)]);
    expect(losses[0]?.length).toBe(losses[1]?.length);
    // A loss is a mean of logarithms of sums of exponentials, each good to 1e-6, of scores of size 1.
    losses[0]?.forEach((value, m) => expect(Math.abs(value - losses[1]![m])).toBeLessThan(1e-5 * Math.max(1, losses[1]![m])));
    await compare(tape, exact);
    tape.release();
    exact.release();
  } finally {
    fast.release();
    slow.release();
  }
}

/** Cotangents of every part that a stack has: final states only where one tensor holds those of all layers. */
function cotangents(shape: CaseShape, parts: number): Cotangents {
  const { cells: stack, steps, sequences, hidden, bidirectional, seed } = shape;
  const directions = bidirectional ? 2 : 1;
  const widths = stack.map((cell) => projectionOf(cell, shape) ?? hidden);
  const rows = directions * stack.length;
  const same = widths.every((width) => width === widths[0]);
  const cellStates = stack.every((cell) => cells.find(({ name }) => name === cell)!.states.length > 1);
  const d_y = normal([steps, sequences, directions * widths[widths.length - 1]], seed, 'R');
  return {
    ...((parts & 1 || !same) && { d_y }),
    ...(same && (parts & 2 || !(parts & 1)) && { d_h_n: normal([rows, sequences, widths[0]], seed, 'S') }),
    ...(cellStates && parts & 4 && { d_c_n: normal([rows, sequences, hidden], seed, 'Q') }),
  };
}

const SHAPES_PER_FORM = 60;

// Enough for the largest tiles of every kernel, on a software adapter, with sequences left over: 21 = 2 · 8 + 5 = 16 + 5. Of 33
// units, 9 quads, one is left over too; the 16 quads of 62 are dealt to neighbours that share what they read.
describe.each(names)('%s, of more sequences than a tile has', (cell) => {
  const shapeOf = (hidden: number): CaseShape => ({ cells: [cell], steps: 7, sequences: 21, inputs: 5, hidden, projection: 11, bidirectional: false, bias: true, initial: true, lengths: Array.from({ length: 21 }, (_, b) => 1 + (b % 7)), models: 1, seed: 8 });
  const drawn = forms.flatMap((form) => [33, 62].map((hidden) => ({ form, shape: shapeOf(hidden) })));

  test.each(drawn)('is carried there and back as by the reference: $form, $shape.hidden units', ({ form, shape }) =>
    backOnBoth(drawnSpec(shape), drawnInputs(shape), cotangents(shape, 7), form, async (fast, exact) => {
      for (const { name } of exact.signals) {
        const [found, expected] = await Promise.all([fast, exact].map((tape) => tape.signal(name).read()));
        if (!name.startsWith('d_')) expect(differenceOf(found, expected), name).toBeLessThanOrEqual(7e-5 * largestOf(expected));
      }
      await expectSameGradients(fast, exact);
    }));
});

describe.each(forms)('the %s form', (form) => {
  test(`takes cotangents back as the reference does, for ${SHAPES_PER_FORM} shapes`, { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 7 }), (shape, parts) => backOnBoth(drawnSpec(shape), drawnInputs(shape), cotangents(shape, parts), form, expectSameGradients)),
      { numRuns: SHAPES_PER_FORM, seed: form === 'step' ? 11 : 12 },
    ));

  test('takes one unit back as the reference does, for any unit, step, layer, direction and sequence', { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(shapes, fc.nat(), (shape, drawn) => {
        const layer = drawn % shape.cells.length;
        const sequence = drawn % shape.sequences;
        const unit = drawn % (projectionOf(shape.cells[layer], shape) ?? shape.hidden);
        const step = drawn % (shape.lengths?.[sequence] ?? shape.steps);
        const direction = shape.bidirectional && drawn % 2 ? 'reverse' : 'forward';
        return backOnBoth(drawnSpec(shape), drawnInputs(shape), { unit, step, layer, direction, sequence }, form, expectSameGradients);
      }),
      { numRuns: SHAPES_PER_FORM / 3, seed: form === 'step' ? 13 : 14 },
    ));

  test('takes cross-entropy back as the reference does, through head and embedding', { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 2, max: 300 }), fc.boolean(), (drawn, classes, all) => {
        const shape = { ...drawn, steps: drawn.steps + 1, bidirectional: false, lengths: drawn.lengths?.map((length, b) => (b === 0 ? drawn.steps + 1 : length)) };
        const spec = { ...drawnSpec(shape), input: { embedding: shape.inputs, vocab: classes }, output: { classes } };
        const { data } = normal([shape.steps * shape.sequences], shape.seed, 'tokens');
        const tokens = { shape: [shape.steps, shape.sequences], data: data.map((value) => Math.abs(Math.trunc(1000 * value)) % classes) };
        return backOnBoth(spec, { tokens, lengths: shape.lengths }, { nextToken: all ? 'all' : [shape.steps - 2] }, form, expectSameGradients);
      }),
      { numRuns: SHAPES_PER_FORM / 3, seed: form === 'step' ? 15 : 16 },
    ));

  describe.each(names)('%s', (cell) => {
    test('with every option at once', async () => {
      const shape: CaseShape = { cells: [cell, cell], steps: 7, sequences: 3, inputs: 5, hidden: 37, projection: 11, bidirectional: true, bias: true, initial: true, lengths: [7, 3, 1], models: 2, seed: 5 };
      await backOnBoth(drawnSpec(shape), drawnInputs(shape), cotangents(shape, 7), form, expectSameGradients);
    });

    // 1 − h² is all wrong from |a| = 9 on in float32, and 1 − z from 17: here each entry is held to its own size, not to the
    // tensor's. 1e-3 is some hundred times what a pre-activation of 20, rounded in float32, does to its slope.
    test('keeps the derivatives of latched units, entry by entry, at pre-activations up to ±20', async () => {
      const shape: CaseShape = { cells: [cell], steps: 3, sequences: 2, inputs: 3, hidden: 41, bidirectional: false, bias: true, initial: true, lengths: undefined, models: 1, seed: 3 };
      const model = await cpu.model(drawnSpec(shape));
      const rows = model.parameters.get('bias_ih_l0')!.shape[0];
      // Every fifth of −20 … 20; the candidate of one unit meets gates of all sizes.
      const latched = Float32Array.from({ length: rows }, (_, row) => 5 * (((row * 7 + Math.floor(row / 41)) % 9) - 4));
      const small = (name: string) => ({ shape: model.parameters.get(name)!.shape, data: model.parameters.get(name)!.data.map((value) => value / 16) });
      const weights = { ...Object.fromEntries(model.parameters), weight_ih_l0: small('weight_ih_l0'), weight_hh_l0: small('weight_hh_l0'), bias_ih_l0: { shape: [rows], data: latched } };
      const loss = cotangents(shape, 7);
      await backOnBoth(drawnSpec(shape), drawnInputs(shape), loss, form, async (tape, exact) => {
        for (const { name, kind } of exact.signals) {
          if (kind !== 'gradient' || !name.startsWith('d_a')) continue;
          const [found, expected] = await Promise.all([tape, exact].map((each) => each.signal(name).read()));
          // The gradient at z has the factor h − n, of which float32 leaves 1e-6 where the two are alike.
          const [d_h, a_z] = name === 'd_a_z' ? await Promise.all(['d_h', 'a_z'].map((other) => exact.signal(other).read())) : [];
          expected.forEach((value, i) => {
            const alike = a_z ? 2e-6 * Math.abs(d_h[i]) * sigmoidSlope(a_z[i]) : 0;
            expect(Math.abs(found[i] - value), `${name}, entry ${i}: ${found[i]} for ${value}`).toBeLessThanOrEqual(1e-3 * Math.abs(value) + alike + 1e-30);
          });
        }
      }, { weights });
    });
  });
});
