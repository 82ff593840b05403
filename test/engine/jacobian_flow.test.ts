import { describe, expect, test } from 'vitest';
import { cells, createEngine, float32EndOf, gradientExperiment, jacobianFlow, meanFieldRate, meanFlow, ratePerStep, recurrentLayer, type LayerSpec, type Model, type Tape } from '../../src/engine/index';
import { drawnInputs, drawnSpec, normal, plain } from './drawn_case';
import { differences, frobeniusOf, productOf, singularValues, stepOnce, type States } from './explicit_jacobian';

const engine = await createEngine({ device: 'cpu' });

const forms: readonly (readonly [string, LayerSpec])[] = [
  ...cells.map(({ name }) => [name, { cell: name, hidden: 5 }] as const),
  ['lstm with projection', { cell: 'lstm', hidden: 5, projection: 3 }],
  ['lstm_peephole with projection', { cell: 'lstm_peephole', hidden: 5, projection: 3 }],
];

async function runOf(layer: LayerSpec, steps: number): Promise<Tape> {
  const model = await engine.model({ input: { size: 4 }, layers: [layer], seed: 3 });
  const { cell, hidden, width } = recurrentLayer(model.shape, 0, 'a test of cells');
  const initial = Object.fromEntries(cell.states.map(({ name }, s) => [`${name}0`, normal([1, 2, s === 0 ? width : hidden], 5, name)]));
  return model.run({ x: normal([steps, 2, 4], 5, 'x'), ...initial });
}

/** The states of sequence 1 after step n, and what it reads at step n. */
async function sequenceOf(tape: Tape): Promise<{ states(n: number): States; x(n: number): Float64Array }> {
  const { cell, hidden, width } = recurrentLayer(tape.model.shape, 0, 'a test of cells');
  const values = await Promise.all(cell.states.map(({ name }) => tape.signal(name).read()));
  const x = await tape.signal('x').read();
  const row = (all: ArrayLike<number>, n: number, size: number) => Float64Array.from({ length: size }, (_, i) => all[(n * 2 + 1) * size + i]);
  const sizes = cell.states.map((_, s) => (s === 0 ? width : hidden));
  return { states: (n) => sizes.map((size, s) => (n < 0 ? row(tape.inputs.initial[0][s]!, 0, size) : row(values[s], n, size))), x: (n) => row(x, n, 4) };
}

/** Carries stacked states over steps `from` to `to`, written out from the equations. */
function carry(model: Model, x: (n: number) => Float64Array, sizes: readonly number[], from: number, to: number, stacked: Float64Array): Float64Array {
  let at = 0;
  let states: States = sizes.map((size) => stacked.slice(at, (at += size)));
  for (let n = from; n <= to; n++) states = stepOnce(model, 0, '', 0, x(n), states);
  return Float64Array.from(states.flatMap((state) => [...state]));
}

describe.each(forms)('%s', (_name, layer) => {
  test('the curves are the singular values of central differences over short distances', async () => {
    const tape = await runOf(layer, 4);
    const { states, x } = await sequenceOf(tape);
    const flow = await jacobianFlow(tape, { sequence: 1 });
    const sizes = states(0).map((state) => state.length);
    expect(flow.back).toBe(4);
    for (let k = 0; k <= 4; k++) {
      const before = Float64Array.from(states(3 - k).flatMap((state) => [...state]));
      const jacobian = differences((v) => carry(tape.model, x, sizes, 4 - k, 3, v), before);
      const singular = singularValues(jacobian);
      // Differences over 1e-5 are good to 1e-10 of the largest entry.
      expect(10 ** flow.rms![k]).toBeCloseTo(frobeniusOf(jacobian) / Math.sqrt(before.length), 8);
      expect(10 ** flow.largest![k]).toBeCloseTo(singular[0], 8);
      expect(10 ** flow.smallest![k]).toBeCloseTo(singular.at(-1)!, 8);
      const block = jacobian.slice(0, sizes[0]).map((row) => row.slice(0, sizes[0]));
      if (!flow.h) continue;
      expect(10 ** flow.h.rms![k]).toBeCloseTo(frobeniusOf(block) / Math.sqrt(sizes[0]), 8);
      expect(10 ** flow.h.largest![k]).toBeCloseTo(singularValues(block)[0], 8);
    }
    expect(flow.h === undefined).toBe(sizes.length === 1);
  });

  test('over long distances they are those of a plain product of explicit Jacobians', async () => {
    const steps = 24;
    const tape = await runOf(layer, steps);
    const { states, x } = await sequenceOf(tape);
    const flow = await jacobianFlow(tape, { sequence: 1, measures: ['rms', 'largest'] });
    const sizes = states(0).map((state) => state.length);
    let jacobian = differences((v) => v, new Float64Array(sizes.reduce((sum, size) => sum + size)));
    for (let k = 1; k <= steps; k++) {
      const before = Float64Array.from(states(steps - 1 - k).flatMap((state) => [...state]));
      jacobian = productOf(jacobian, differences((v) => carry(tape.model, x, sizes, steps - k, steps - k, v), before));
      const norm = frobeniusOf(jacobian) / Math.sqrt(before.length);
      if (norm === 0) {
        expect([flow.rms![k], flow.largest![k]]).toEqual([-Infinity, -Infinity]); // every rectified unit off at some step
        continue;
      }
      // Each factor is good to 1e-9 of itself; a wrong sign or a swapped gate shows in the first digit.
      expect(Math.abs(flow.rms![k] - Math.log10(norm))).toBeLessThan(1e-6);
      expect(Math.abs(flow.largest![k] - Math.log10(singularValues(jacobian)[0]))).toBeLessThan(1e-6);
    }
  });
});

async function linearRun(matrix: readonly number[], steps: number): Promise<Tape> {
  const hidden = Math.sqrt(matrix.length);
  const weights = { weight_ih_l0: { shape: [hidden, 1], data: Array.from({ length: hidden }, () => 0) }, weight_hh_l0: { shape: [hidden, hidden], data: matrix } };
  const model = await engine.model({ input: { size: 1 }, layers: [{ cell: 'rnn_linear', hidden, bias: false }] }, { weights });
  return model.run({ x: { shape: [steps, 1, 1], data: new Float32Array(steps) } });
}

test('orthogonal U, linear: 0.9 gives 0.0424 over 30 steps, 1.1 gives 17.4, and every singular value is the same', async () => {
  for (const [gain, expected, within] of [[0.9, 0.0424, 1e-4], [1.1, 17.4, 0.1]]) {
    const { spec, weights, inputs } = gradientExperiment({ cell: 'rnn_linear', gain, drive: 0, sequences: 1, steps: 40 });
    const tape = await (await engine.model(spec, { weights })).run(inputs);
    const { rms, largest, smallest, vanilla } = await jacobianFlow(tape);
    // float32 weights are orthogonal to 1e-7, which 30 steps make 3e-6.
    for (const curve of [rms!, largest!, smallest!, vanilla!.bound, vanilla!.ideal]) {
      expect(Math.abs(10 ** curve[30] - expected)).toBeLessThan(within);
      expect(Math.abs(curve[30] - 30 * Math.log10(gain))).toBeLessThan(1e-5);
    }
  }
});

test('from 1e-300 to 1e+300 and beyond the curves are finite, and float32 ends where it ends', async () => {
  for (const [gain, kind, back] of [[0.25, 'underflow', 64], [4, 'overflow', 64]] as const) {
    const tape = await linearRun([0, gain, gain, 0], 600);
    const { rms, largest, smallest, float32End } = await jacobianFlow(tape);
    for (const curve of [rms!, largest!, smallest!]) {
      expect(curve.length).toBe(601);
      expect(Math.abs(curve[500] - 500 * Math.log10(gain))).toBeLessThan(1e-10); // 1e±301
      expect(Math.abs(curve[600] - 600 * Math.log10(gain))).toBeLessThan(1e-10); // 1e±361
    }
    // 2⁻¹²⁸ is below the smallest normal float32, 2⁻¹²⁶; 2¹²⁸ is above the largest.
    expect(float32End).toMatchObject({ kind, back });
  }
  expect(float32EndOf([0, -10, 20])).toBeUndefined();
});

test('the smallest singular value is a number far below the rounding of the product', async () => {
  const { smallest, largest, rms } = await jacobianFlow(await linearRun([1, 0, 0, 0.125], 200));
  expect(Math.abs(smallest![200] - 200 * Math.log10(0.125))).toBeLessThan(1e-10); // 1e-181 beside 1
  expect(largest![200]).toBeCloseTo(0, 12);
  expect(rms![200]).toBeCloseTo(Math.log10(Math.SQRT1_2), 12);
});

test('a singular step makes the smallest −∞ from there on, and the others stay', async () => {
  const { smallest, largest } = await jacobianFlow(await linearRun([1, 1, 1, 1], 5));
  expect([...smallest!]).toEqual([0, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity]);
  expect(largest![5]).toBeCloseTo(5 * Math.log10(2), 12);
  const none = await jacobianFlow(await linearRun([0, 1, 0, 0], 3));
  expect([...none.rms!].slice(2)).toEqual([-Infinity, -Infinity]);
  expect([...none.largest!].slice(2)).toEqual([-Infinity, -Infinity]);
});

test('latched units are no singular ones: slopes of 1e-17 and less give numbers', async () => {
  const model = await engine.model(
    { input: { size: 1 }, layers: [{ cell: 'rnn', hidden: 2, bias: false }] },
    { weights: { weight_ih_l0: { shape: [2, 1], data: [1, 0] }, weight_hh_l0: { shape: [2, 2], data: [0, 1, 1, 0] } } },
  );
  const { smallest } = await jacobianFlow(await model.run({ x: { shape: [1, 1, 1], data: [20] } }));
  expect(smallest![1]).toBeCloseTo(Math.log10(4) - 40 * Math.LOG10E, 10); // tanh'(20) = 4e⁻⁴⁰
});

test('the bound is above the largest singular value; ρ decides the linear case in the end, σ_max its start', async () => {
  const tape = await runOf({ cell: 'rnn', hidden: 5 }, 40);
  const { largest, vanilla } = await jacobianFlow(tape);
  largest!.forEach((value, k) => expect(value).toBeLessThanOrEqual(vanilla!.bound[k] + 1e-12));

  const shear = await jacobianFlow(await linearRun([0.5, 8, 0, 0.5], 200));
  expect(shear.vanilla!.log10SpectralRadius).toBeCloseTo(Math.log10(0.5), 6);
  expect(shear.largest![1]).toBeCloseTo(shear.vanilla!.log10SigmaMax, 12);
  expect(shear.largest![1]).toBeGreaterThan(0.9); // grows eightfold first
  expect(shear.largest![200]).toBeLessThan(-55); // and vanishes in the end
});

test('a rotation has the spectral radius of its eigenvalues, which are not real', async () => {
  const { vanilla } = await jacobianFlow(await linearRun([0.6, -0.8, 0.8, 0.6], 1));
  expect(vanilla!.log10SpectralRadius).toBeCloseTo(0, 7);
});

test('the reverse direction is followed the way it reads', async () => {
  const shape = { ...plain, cells: ['gru'], bidirectional: true, lengths: [5, 2, 3] };
  const tape = await (await engine.model(drawnSpec(shape))).run(drawnInputs(shape));
  const flow = await jacobianFlow(tape, { direction: 'reverse', sequence: 2 });
  expect([flow.to, flow.back]).toEqual([0, 3]);
  // The last step the direction takes is step 0, one from step 1: the same Jacobian as from there.
  const one = await jacobianFlow(tape, { direction: 'reverse', sequence: 2, back: 1 });
  const next = await jacobianFlow(tape, { direction: 'reverse', sequence: 2, to: 1, back: 2 });
  expect(one.rms![1]).toBe(flow.rms![1]);
  expect(next.back).toBe(2);
  expect(next.rms![1]).not.toBe(flow.rms![1]);
});

test('what the tape does not have is refused by name, and weights that are no numbers too', async () => {
  const tape = await runOf({ cell: 'lstm', hidden: 5 }, 6);
  for (const wrong of [{ to: 6 }, { to: -1 }, { back: 8 }, { back: 1.5 }, { layer: 1 }, { model: 1 }, { sequence: 2 }, { direction: 'reverse' as const }]) {
    await expect(jacobianFlow(tape, wrong)).rejects.toMatchObject({ code: 'option', option: Object.keys(wrong)[0] });
  }
  tape.model.parameters.get('weight_hh_l0')!.data[7] = NaN;
  await expect(jacobianFlow(tape)).rejects.toMatchObject({ code: 'non-finite', tensor: 'weight_hh_l0', index: 7 });
  tape.release();
  await expect(jacobianFlow(tape)).rejects.toMatchObject({ code: 'released' });
});

test('it says how far it is, and stops when told', async () => {
  const tape = await runOf({ cell: 'lstm', hidden: 40 }, 200);
  const fractions: number[] = [];
  const stop = new AbortController();
  const flow = jacobianFlow(tape, { abort: stop.signal, progress: (fraction) => (fractions.push(fraction), fraction > 0.1 && stop.abort()) });
  await expect(flow).rejects.toMatchObject({ name: 'AbortError' });
  expect(fractions.at(-1)).toBeLessThan(0.5);
  fractions.slice(1).forEach((fraction, k) => expect(fraction).toBeGreaterThan(fractions[k]));
});

test('the rate of the gradient at the start is the measured one, and the one theory expects', async () => {
  // Published points of the experiment; all of them, over several seeds, are among the long tests.
  for (const [gain, drive, published] of [[0.9, 1, 0.5714], [1.5, 0.3, 1.0253], [3, 0, 1.3398]]) {
    const { spec, weights, inputs } = gradientExperiment({ gain, drive });
    const tape = await (await engine.model(spec, { weights })).run(inputs);
    const rate = ratePerStep(await meanFlow(tape, { back: 50 }));
    expect(Math.abs(rate / published - 1)).toBeLessThan(0.02);
    if (gain <= 1.5) expect(Math.abs(rate / meanFieldRate(gain, drive) - 1)).toBeLessThan(0.01);
  }
});

test('mean-field theory’s fixed point: no drive below gain 1 leaves the gain itself', () => {
  expect(meanFieldRate(0.9, 0)).toBeCloseTo(0.9, 6);
  expect(meanFieldRate(1.5, 1)).toBeCloseTo(0.8678, 4);
});
