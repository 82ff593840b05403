import { describe, expect, it } from 'vitest';
import { LAST, NOT_A_NUMBER } from '../../src/elements/colour/scale';
import { codingFor, colourIndex, snapOutward, stickyLimit, symmetric } from '../../src/elements/range';

describe('snapOutward', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1.0000001, 2],
    [0.3, 0.5],
    [0.2, 0.2],
    [4.99, 5],
    [5.01, 10],
    [3e-7, 5e-7],
    [9.2e11, 1e12],
  ])('rounds %f up to %f', (magnitude, limit) => expect(snapOutward(magnitude)).toBe(limit));
});

it('a limit grows at once, and shrinks only below a fifth', () => {
  expect(stickyLimit(undefined, 0.3)).toBe(0.5);
  expect(stickyLimit(0.5, 3)).toBe(5);
  expect(stickyLimit(5, 0.9)).toBe(5);
  expect(stickyLimit(5, 0.11)).toBe(0.2);
});

it('a range with negative numbers is made alike on both sides of 0', () => {
  expect(symmetric({ min: -1, max: 3 })).toEqual({ min: -3, max: 3 });
  expect(symmetric({ min: 0, max: 3 })).toEqual({ min: 0, max: 3 });
});

describe('colourIndex', () => {
  it('is the middle for 0 and the ends for the ends, whatever the limit', () => {
    for (const limit of [1, 2, 5, 1e-6, 3e8, 0.7]) {
      const coding = codingFor({ min: -limit, max: limit });
      expect([-limit, 0, limit].map((value) => colourIndex(value, coding))).toEqual([0, LAST / 2, LAST]);
      expect([-2 * limit, 2 * limit].map((value) => colourIndex(value, coding))).toEqual([0, LAST]);
    }
  });

  it('sets what is not a finite number apart, float32 overflow included', () => {
    const coding = codingFor({ min: 0, max: 1 });
    expect([NaN, Infinity, -Infinity, 1e39].map((value) => colourIndex(value, coding))).toEqual(Array(4).fill(NOT_A_NUMBER));
  });
});
