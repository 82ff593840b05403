import { describe, expect, test } from 'vitest';
import { cells, createEngine, gateProducts, logSigmoid } from '../../src/engine/index';
import { drawnInputs, drawnSpec, plain } from './drawn_case';

const engine = await createEngine({ device: 'cpu' });
const shape = { ...plain, bidirectional: true, lengths: [5, 2, 4], models: 2 };

describe.each(cells.filter(({ keeps }) => keeps).map((cell) => [cell.name, cell] as const))('%s', (name, cell) => {
  test('every span is the product of the gate over its steps, in both directions', async () => {
    const tape = await (await engine.model(drawnSpec({ ...shape, cells: [name] }))).run(drawnInputs({ ...shape, cells: [name] }));
    for (const direction of ['forward', 'reverse'] as const) {
      const gate = await tape.signal(cell.keeps!, { direction }).read();
      const { steps, values, log10, units } = await gateProducts(tape, { direction, model: 1, sequence: 2 });
      expect(steps).toEqual(direction === 'forward' ? [0, 1, 2, 3] : [3, 2, 1, 0]);
      steps.forEach((_, n) => {
        for (let j = 0; j < units; j++) {
          const product = steps.slice(n).reduce((kept, t) => kept * gate[((5 + t) * 3 + 2) * 7 + j], 1);
          expect(values[n * units + j] / product).toBeCloseTo(1, 12);
          expect(10 ** log10[n * units + j] / product).toBeCloseTo(1, 12);
        }
      });
      const [from, to] = direction === 'forward' ? [1, 2] : [2, 1];
      const part = await gateProducts(tape, { direction, model: 1, sequence: 2, from, to });
      expect(part.steps).toEqual([from, to]);
      for (let j = 0; j < units; j++) expect(part.values[j]).toBeCloseTo(gate[((5 + 1) * 3 + 2) * 7 + j] * gate[((5 + 2) * 3 + 2) * 7 + j], 14);
    }
  });
});

test('shut gates leave a number: 1e-300 and below', async () => {
  expect(logSigmoid(-800)).toBe(-800); // σ(−800) itself is 0 in float64
  expect(logSigmoid(40)).toBeCloseTo(-Math.exp(-40), 30);
  expect(logSigmoid(0)).toBe(-Math.LN2);
  const weights = {
    weight_ih_l0: { shape: [4, 1], data: [0, 0, 0, 0] },
    weight_hh_l0: { shape: [4, 1], data: [0, 0, 0, 0] },
    bias_ih_l0: { shape: [4], data: [0, -20, 0, 0] },
    bias_hh_l0: { shape: [4], data: [0, 0, 0, 0] },
  };
  const model = await engine.model({ input: { size: 1 }, layers: [{ cell: 'lstm', hidden: 1 }] }, { weights });
  const { values, log10 } = await gateProducts(await model.run({ x: { shape: [100, 1, 1], data: new Float32Array(100) } }));
  // ln σ(−20) = −20 − 2.1e-9, and e^−2000 = 1e-868.6.
  expect(log10[0]).toBeCloseTo(100 * (-20 - Math.log1p(Math.exp(-20))) * Math.LOG10E, 8);
  expect(values[0]).toBe(0);
  expect(Math.log(values[66])).toBeCloseTo(-34 * 20, 5); // 4e-296
});

test('cells without a gate that keeps, and spans that do not exist, are refused', async () => {
  for (const cell of ['rnn', 'lstm_nofg', 'lstm_1997']) {
    const tape = await (await engine.model(drawnSpec({ ...plain, cells: [cell] }))).run(drawnInputs(plain));
    await expect(gateProducts(tape)).rejects.toMatchObject({ code: 'option', option: 'cell', message: expect.stringContaining('lstm, lstm_peephole, gru') as string });
  }
  const tape = await (await engine.model(drawnSpec(plain))).run(drawnInputs(plain));
  for (const wrong of [{ from: 5 }, { to: -1 }, { from: 3, to: 2 }]) {
    await expect(gateProducts(tape, wrong)).rejects.toMatchObject({ code: 'option', option: Object.keys(wrong)[0] });
  }
});
