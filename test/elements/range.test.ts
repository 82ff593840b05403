import { describe, expect, it } from 'vitest';
import { LAST, NOT_A_NUMBER, ZERO } from '../../src/elements/colour/scale';
import { codingFor, colourIndex, colourIndexOfLog, logCodingFor, snapOutward, stickyDecades, stickyLimit, symmetric } from '../../src/elements/range';

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

describe('decades', () => {
  it('are whole, at least three, and around what there is', () => {
    expect(stickyDecades(undefined, -4.2, -0.3)).toEqual({ min: -5, max: 0 });
    expect(stickyDecades(undefined, -0.4, 0)).toEqual({ min: -3, max: 0 });
    expect(stickyDecades(undefined, 1.5, 37.2)).toEqual({ min: 1, max: 38 });
    expect(stickyDecades(undefined, Infinity, -Infinity)).toEqual({ min: -3, max: 0 });
  });

  it('grow at once, and shrink only when half of them would do', () => {
    const wide = stickyDecades(undefined, -12, 0);
    expect(stickyDecades(wide, -6, 0)).toBe(wide);
    expect(stickyDecades(wide, -5, 0)).toEqual({ min: -5, max: 0 });
    expect(stickyDecades(wide, -13, 0)).toEqual({ min: -13, max: 0 });
    expect(stickyDecades(wide, Infinity, -Infinity)).toBe(wide);
  });
});

describe('the logarithmic coding', () => {
  const coding = logCodingFor({ min: -12, max: 0 });

  it('sets 0 apart from the smallest magnitude there is, of either sign', () => {
    expect([0, -0].map((value) => colourIndex(value, coding))).toEqual([ZERO, ZERO]);
    expect([1e-13, -1e-40, 1e-300].map((value) => colourIndex(value, coding))).toEqual([1, 1, 1]);
  });

  it('gives every decade as many colours, the same for both signs, and ends at the ends', () => {
    expect([1, 5, -1].map((value) => colourIndex(value, coding))).toEqual([LAST, LAST, LAST]);
    for (let decade = -12; decade < 0; decade++) {
      const [index, negative] = [3, -3].map((digit) => colourIndex(digit * 10 ** decade, coding));
      expect(index).toBe(1 + Math.floor(((decade + 12 + Math.log10(3)) * LAST) / 12));
      expect(negative).toBe(index);
    }
  });

  it('colours a logarithm as it colours the magnitude', () => {
    for (let k = 0; k < 200; k++) {
      const log = -12.5 + 0.0637 * k;
      expect(colourIndexOfLog(log, coding)).toBe(colourIndex(10 ** log, coding));
    }
    expect([-Infinity, -400, NaN].map((log) => colourIndexOfLog(log, coding))).toEqual([ZERO, 1, NOT_A_NUMBER]);
  });
});
