// Noise by place: the same bits for the same place, evenly spread, and different ones anywhere else.
import { expect, test } from 'vitest';
import { keptFrom, keyed, rowKey, scramble } from '../../src/engine/math/noise';

test('scrambling is exact 32-bit arithmetic', () => {
  const exact = (bits: bigint) => {
    const wrap = (value: bigint) => BigInt.asUintN(32, value);
    const state = wrap(bits * 747796405n + 2891336453n);
    const word = wrap(((state >> ((state >> 28n) + 4n)) ^ state) * 277803737n);
    return (word >> 22n) ^ word;
  };
  for (const bits of [0, 1, 2, 12345, 2 ** 31, 2 ** 32 - 1]) expect(scramble(bits)).toBe(Number(exact(BigInt(bits))));
});

test('of many units about the part asked for is dropped, in every layer, model, row and under every key', () => {
  const units = 20_000;
  const threshold = keptFrom(0.3);
  for (const [key, layer, model, row] of [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [2 ** 32 - 1, 3, 7, 4095]]) {
    const place = rowKey(key, layer, model, row);
    let dropped = 0;
    for (let unit = 0; unit < units; unit++) if (keyed(place, unit) < threshold) dropped++;
    expect(Math.abs(dropped / units - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / units)); // four standard deviations
  }
});

test('two places agree no more often than chance', () => {
  const units = 20_000;
  const places = [rowKey(5, 0, 0, 0), rowKey(5, 0, 0, 1), rowKey(5, 0, 1, 0), rowKey(5, 1, 0, 0), rowKey(6, 0, 0, 0)];
  for (const [i, one] of places.entries()) {
    for (const other of places.slice(i + 1)) {
      let same = 0;
      for (let unit = 0; unit < units; unit++) if (keyed(one, unit) < 2 ** 31 === keyed(other, unit) < 2 ** 31) same++;
      expect(Math.abs(same / units - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / units));
    }
  }
});

test('nothing is dropped of a part of 0, and a part just below 1 leaves hardly anything', () => {
  expect(keptFrom(0)).toBe(0);
  expect(keptFrom(1 - 2 ** -32)).toBe(2 ** 32 - 1);
});
