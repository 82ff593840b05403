/** Derivatives by central differences, and how close to them is close enough. */
import { expect } from 'vitest';

/** The derivative of each model's loss by every entry of an array: [M, n] has its own model's, [n] the sum over the models. */
export function differences(values: Float64Array, models: number, perModel: boolean, loss: () => number[]): Float64Array {
  const h = 1e-5; // off by h²/6 of a third derivative, 1e-11, and by rounding, 1e-16 / h
  const found = new Float64Array(values.length);
  const count = perModel ? values.length / models : values.length;
  const move = (i: number, by: number) => {
    for (let at = i; at < values.length; at += count) values[at] += by;
  };
  for (let i = 0; i < count; i++) {
    const kept = values.slice();
    move(i, h);
    const above = loss();
    values.set(kept);
    move(i, -h);
    const below = loss();
    values.set(kept);
    const slopes = above.map((value, m) => (value - below[m]) / (2 * h));
    if (perModel) slopes.forEach((slope, m) => (found[m * count + i] = slope));
    else found[i] = slopes.reduce((sum, slope) => sum + slope, 0);
  }
  return found;
}

/** Within 1e-7 of the tensor's largest entry: a wrong sign or a term left out costs a millionfold. */
export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(found.length, what).toBe(expected.length);
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(found[i] - expected[i]), `${what}, entry ${i}: ${found[i]}, by differences ${expected[i]}`).toBeLessThan(1e-7 * scale);
}
