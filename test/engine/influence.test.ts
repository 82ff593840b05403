import { describe, expect, test } from 'vitest';
import { cells, createEngine, influence, jacobianFlow, MOST_INFLUENCE_STEPS, type LayerSpec, type Tape } from '../../src/engine/index';
import { normal } from './drawn_case';
import { differences, frobeniusOf, outputs } from './explicit_jacobian';

const engine = await createEngine({ device: 'cpu' });
const steps = 6;

async function runOf(layers: readonly LayerSpec[], lengths?: readonly number[]): Promise<Tape> {
  const model = await engine.model({ input: { size: 3 }, layers, seeds: [3, 4] });
  return model.run({ x: normal([steps, 2, 3], 5, 'x'), lengths });
}

/** ∂(outputs)/∂x_s of model 1, sequence 1 by central differences: [T][width][3]. */
async function explicit(tape: Tape, length: number, s: number): Promise<number[][][]> {
  const x = await tape.signal('x', { layer: 0 }).read();
  const rows = Array.from({ length }, (_, t) => Float64Array.from({ length: 3 }, (_row, i) => x[((steps + t) * 2 + 1) * 3 + i]));
  const width = outputs(tape.model, rows, 1)[0].length;
  const jacobian = differences((v) => Float64Array.from(outputs(tape.model, rows.map((row, t) => (t === s ? v : row)), 1).flatMap((row) => [...row])), rows[s]);
  return rows.map((_, t) => jacobian.slice(t * width, (t + 1) * width));
}

const stacks: readonly (readonly [string, readonly LayerSpec[]])[] = [
  ...cells.map(({ name }) => [name, [{ cell: name, hidden: 5 }]] as const),
  ['lstm with projection', [{ cell: 'lstm', hidden: 5, projection: 2 }]],
  ['lstm under gru', [{ cell: 'lstm', hidden: 5 }, { cell: 'gru', hidden: 4 }]],
  ['a projected lstm under gru with reset before, under rnn', [{ cell: 'lstm', hidden: 5, projection: 2 }, { cell: 'gru_reset_before', hidden: 4 }, { cell: 'rnn', hidden: 3 }]],
  ['bidirectional lstm', [{ cell: 'lstm', hidden: 5, bidirectional: true }]],
  ['bidirectional gru under bidirectional lstm', [{ cell: 'gru', hidden: 4, bidirectional: true }, { cell: 'lstm_peephole', hidden: 3, bidirectional: true }]],
];

describe.each(stacks)('%s', (_name, layers) => {
  test('every entry is that of central differences, as a whole and by unit, and 0 from the future', async () => {
    const tape = await runOf(layers);
    const whole = await influence(tape, { model: 1, sequence: 1 });
    const unit = 1;
    const one = await influence(tape, { model: 1, sequence: 1, unit });
    const causal = !layers.some(({ bidirectional }) => bidirectional);
    expect(whole).toMatchObject({ steps, causal, layer: layers.length - 1, unit: undefined });
    for (let s = 0; s < steps; s++) {
      const expected = await explicit(tape, steps, s);
      for (let t = 0; t < steps; t++) {
        const entry = t * steps + s;
        if (causal && s > t) {
          expect([whole.values[entry], whole.log10[entry], one.values[entry]]).toEqual([0, -Infinity, 0]);
          continue;
        }
        // Differences over 1e-5 are good to 1e-10 of numbers near 1.
        expect(whole.values[entry]).toBeCloseTo(frobeniusOf(expected[t]), 8);
        expect(one.values[entry]).toBeCloseTo(frobeniusOf([expected[t][unit]]), 8);
        expect(10 ** whole.log10[entry]).toBeCloseTo(whole.values[entry], 12);
      }
    }
  });
});

test('a sequence has a matrix of its own length, and its reverse direction starts at its own end', async () => {
  const tape = await runOf([{ cell: 'lstm', hidden: 4, bidirectional: true }], [6, 4]);
  const matrix = await influence(tape, { model: 1, sequence: 1 });
  expect(matrix.steps).toBe(4);
  expect(matrix.values.every((value) => value > 0)).toBe(true);
  for (let s = 0; s < 4; s++) {
    const expected = await explicit(tape, 4, s);
    for (let t = 0; t < 4; t++) expect(matrix.values[t * 4 + s]).toBeCloseTo(frobeniusOf(expected[t]), 8);
  }
});

test('a lower layer of a stack can be asked for', async () => {
  const layers = [{ cell: 'gru', hidden: 4 }, { cell: 'rnn', hidden: 3 }];
  const tape = await runOf(layers);
  const lower = await influence(tape, { layer: 0 });
  const [h, w] = [await influence(tape), tape.model.shape.layers[1].inputs];
  expect(w).toBe(4);
  expect(lower.values).not.toEqual(h.values);
  const alone = await engine.model({ input: { size: 3 }, layers: [layers[0]], seeds: [3, 4] });
  const same = await influence(await alone.run({ x: normal([steps, 2, 3], 5, 'x') }));
  expect(lower.values).toEqual(same.values);
});

/** A linear layer with W = 1 and U = gain times a rotation: ‖∂h_t/∂x_s‖_F = √2·gain^(t−s). */
async function rotationRun(gain: number, length: number): Promise<Tape> {
  const weights = { weight_ih_l0: { shape: [2, 2], data: [1, 0, 0, 1] }, weight_hh_l0: { shape: [2, 2], data: [0, -gain, gain, 0] } };
  const model = await engine.model({ input: { size: 2 }, layers: [{ cell: 'rnn_linear', hidden: 2, bias: false }] }, { weights });
  return model.run({ x: { shape: [length, 1, 2], data: new Float32Array(length * 2) } });
}

test('1e-300 is a number, and its logarithm goes on below', async () => {
  for (const gain of [2 ** -4, 2 ** 4]) {
    const { values, log10 } = await influence(await rotationRun(gain, 256));
    for (const back of [0, 30, 100, 200, 249, 255]) {
      const entry = 255 * 256 + 255 - back;
      const expected = Math.log10(Math.SQRT2) + back * Math.log10(gain);
      expect(Math.abs(log10[entry] - expected)).toBeLessThan(1e-10);
      if (Math.abs(expected) < 305) expect(Math.abs(values[entry] / 10 ** expected - 1)).toBeLessThan(1e-9);
    }
    expect(Math.abs(log10[255 * 256])).toBeGreaterThan(306.8); // 16^±255
  }
});

test('it agrees with the Jacobian flow: the same numbers by another road', async () => {
  const model = await engine.model({ input: { size: 16 }, layers: [{ cell: 'rnn', hidden: 16, bias: false }], seed: 2 });
  const identity = model.parameters.get('weight_ih_l0')!.data;
  identity.forEach((_, i) => (identity[i] = i % 17 === 0 ? 1 : 0));
  const tape = await model.run({ x: normal([80, 1, 16], 2, 'x') });
  const [{ log10 }, { rms }] = [await influence(tape), await jacobianFlow(tape, { measures: ['rms'], back: 79 })];
  // ∂h_T/∂x_s = ∂h_T/∂h_s · diag(tanh'(a_s)), so it lies below the flow, by no more than the smallest slope.
  const a = await tape.signal('a').read();
  for (let k = 1; k < 80; k++) {
    const slopes = Array.from({ length: 16 }, (_, j) => 1 / Math.cosh(a[(79 - k) * 16 + j]) ** 2);
    const flow = rms![k] + Math.log10(4); // √16
    expect(log10[79 * 80 + 79 - k]).toBeLessThanOrEqual(flow + 1e-12);
    expect(log10[79 * 80 + 79 - k]).toBeGreaterThanOrEqual(flow + Math.log10(Math.min(...slopes)) - 1e-12);
  }
});

test('more than 256 steps and places that do not exist are refused with what is allowed', async () => {
  const long = await rotationRun(1, MOST_INFLUENCE_STEPS + 1);
  await expect(influence(long)).rejects.toMatchObject({ code: 'option', option: 'steps', message: expect.stringContaining('1 to 256') as string });
  const tape = await runOf([{ cell: 'lstm', hidden: 4 }]);
  for (const wrong of [{ layer: 1 }, { model: 2 }, { sequence: 2 }, { unit: 4 }, { unit: -1 }]) {
    await expect(influence(tape, wrong)).rejects.toMatchObject({ code: 'option', option: Object.keys(wrong)[0] });
  }
});

test('weights that are no numbers are named, and so is a tape that is gone', async () => {
  const tape = await runOf([{ cell: 'lstm', hidden: 4 }]);
  tape.model.parameters.get('weight_ih_l0')!.data[50] = NaN;
  await expect(influence(tape, { model: 1 })).rejects.toMatchObject({ code: 'non-finite', tensor: 'weight_ih_l0', index: 50 });
  tape.release();
  await expect(influence(tape)).rejects.toMatchObject({ code: 'released' });
});

test('it says how far it is, and stops when told', async () => {
  const tape = await rotationRun(1, 200);
  const fractions: number[] = [];
  await influence(tape, { progress: (fraction) => fractions.push(fraction) });
  fractions.slice(1).forEach((fraction, k) => expect(fraction).toBeGreaterThanOrEqual(fractions[k]));
  expect(fractions.at(-1)).toBeCloseTo(1, 12);
  const stop = new AbortController();
  await expect(influence(tape, { abort: stop.signal, progress: (fraction) => fraction > 0.1 && stop.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(influence(tape, { abort: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
});
