import { describe, expect, it } from 'vitest';
import type { Tally } from '../../src/engine';
import { aligned, curvePoints, interval, median, solvedAt } from '../../src/lesson/curve_points';

function tally(update: number, loss: number[], accuracy?: number[]): Tally {
  return { update, loss: Float64Array.from(loss), accuracy: accuracy && Float64Array.from(accuracy), gradientNorm: Float64Array.of(1), finite: loss.map(() => true), rate: 0.1, tokens: 8 };
}

const run = (count: number, accuracy = (_update: number) => [0]) => Array.from({ length: count }, (_, k) => tally(k + 1, [k + 1, k + 3], accuracy(k + 1)));

describe('a curve', () => {
  it('is the mean over the networks, update by update while there are few', () => {
    expect(curvePoints(run(3), 'loss')).toEqual({ updates: [1, 2, 3], values: [2, 3, 4] });
  });

  it('is the mean over stretches of updates where there are many, and ends with the last whole one', () => {
    const { updates, values } = curvePoints(run(500), 'loss');
    expect(updates.slice(0, 2)).toEqual([3, 6]);
    expect(values[0]).toBe((2 + 3 + 4) / 3);
    expect(updates.at(-1)).toBe(498);
    expect(updates.length).toBeLessThanOrEqual(240);
  });

  it('of accuracies never says what fewer than ten updates had', () => {
    const { updates, values } = curvePoints(run(25, (update) => [update <= 10 ? 0.5 : 1]), 'accuracy');
    expect({ updates, values }).toEqual({ updates: [10, 20], values: [0.5, 1] });
  });

  it('has no points where nothing was asked for that can be right', () => {
    expect(curvePoints([tally(1, [2])], 'accuracy')).toEqual({ updates: [], values: [] });
  });

  it('shares an axis with others, with gaps where it has no point', () => {
    expect(aligned([{ updates: [1, 3], values: [5, 6] }, { updates: [2, 3], values: [7, 8] }])).toEqual({ updates: [1, 2, 3], values: [[5, null, 6], [null, 7, 8]] });
  });
});

describe('a network has solved its task', () => {
  it('at the first update at which its last ten were right often enough', () => {
    const tallies = run(30, (update) => [update > 5 ? 1 : 0, update > 12 ? 0.98 : 0.5, 0.97]);
    expect([0, 1, 2].map((model) => solvedAt(tallies, model))).toEqual([15, 22, undefined]);
  });

  it('not before ten updates', () => {
    expect(solvedAt(run(9, () => [1]), 0)).toBeUndefined();
    expect(solvedAt(run(10, () => [1]), 0)).toBe(10);
  });
});

it('the middle of many is the middle one, or the mean of the middle two', () => {
  expect([median([]), median([4]), median([9, 1, 5]), median([4, 1, 3, 2])]).toEqual([undefined, 4, 5, 2.5]);
});

it('the interval of a share is Wilson’s', () => {
  // Wilson 1927, as R's prop.test(correct = FALSE) has it for 7 of 8.
  const [low, high] = interval(7, 8);
  expect(low).toBeCloseTo(0.5291, 3);
  expect(high).toBeCloseTo(0.9776, 3);
  expect(interval(0, 8)[0]).toBe(0);
  expect(interval(8, 8)[1]).toBe(1);
});
