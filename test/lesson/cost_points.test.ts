import { describe, expect, test } from 'vitest';
import { createEngine, operationCount, type CostPoint } from '../../src/engine/index';
import { bytesInWords, cheaperUpTo, COST_LENGTHS, costSubjects, countedCost, countedExponent, pointsOf, timeInWords } from '../../src/lesson/cost_points';

const points = (times: readonly (number | undefined)[], kind: CostPoint['kind'] = 'forward', stack = 0): CostPoint[] => times.map((milliseconds, k) => ({ stack, kind, steps: COST_LENGTHS[k], milliseconds }));

test('states of fixed size stay the same, and the cache of attention grows with every word', async () => {
  const engine = await createEngine({ device: 'cpu' });
  const d = 16;
  const bytes: Record<string, readonly number[]> = {};
  for (const { name, layers } of costSubjects) {
    using model = await engine.model({ input: { size: d }, layers: layers(d) });
    bytes[name] = countedCost(model.shape, operationCount(model.shape)).bytes;
  }
  expect(bytes['RNN']).toEqual(COST_LENGTHS.map(() => 4 * d));
  expect(bytes['LSTM']).toEqual(COST_LENGTHS.map(() => 8 * d));
  expect(bytes['Attention']).toEqual(COST_LENGTHS.map((n) => 8 * d * n));
  // 2d channels: 16 numbers of the scan in each, and the last four inputs for the convolution.
  expect(bytes['Mamba']).toEqual(COST_LENGTHS.map(() => 4 * 2 * d * (16 + 4)));
});

test('points are told apart by subject and kind', () => {
  const all = [...points([1, 2]), ...points([3], 'decode'), ...points([4], 'forward', 1)];
  expect(pointsOf(all, 0, 'forward').map(({ milliseconds }) => milliseconds)).toEqual([1, 2]);
  expect(pointsOf(all, 1, 'forward').map(({ milliseconds }) => milliseconds)).toEqual([4]);
});

test('the counted exponent is taken over the lengths that were measured', () => {
  const square = COST_LENGTHS.map((n) => n * n);
  const linearThenSquare = COST_LENGTHS.map((n) => (n <= 512 ? n : n * n));
  expect(countedExponent(points([1, 1, 1, 1, 1, 1, 1]), square)).toBeCloseTo(2, 12);
  expect(countedExponent(points([1, 1, 1, 1, undefined, undefined, undefined]), linearThenSquare)).toBeCloseTo(1, 12);
  expect(countedExponent(points([1, 1]), square)).toBeUndefined();
});

describe('attention costs less than an LSTM', () => {
  test.each([
    [[1, 1, 1], [2, 2, 2], Infinity],
    [[3, 3, 3], [2, 2, 2], 0],
    [[1, 1, 3], [2, 2, 2], 128],
    [[1, undefined, 3], [2, 2, 2], 64],
    [[], [1], undefined],
  ])('%j against %j: up to %s', (one, other, length) => {
    expect(cheaperUpTo(points(one), points(other))).toBe(length);
  });
});

test('sizes and times are told in two or three digits', () => {
  expect([64, 1000, 2048, 2.2e6, 5e9].map(bytesInWords)).toEqual(['64 B', '1 kB', '2.05 kB', '2.2 MB', '5 GB']);
  expect([0.0421, 12.3, 999, 1345].map(timeInWords)).toEqual(['0.042 ms', '12 ms', '1000 ms', '1.3 s']);
});
