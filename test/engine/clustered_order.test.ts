import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusteredRows } from '../../src/engine';
import { clusteredOrder, type Rows } from '../../src/engine/math/clustered_order';
import { randomStream } from '../../src/engine/math/random';
import { toEnd } from '../../src/engine/reference/driver';

const matrixOf = (rows: readonly (readonly number[])[]): Rows => ({ values: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0].length });
const orderOf = (rows: readonly (readonly number[])[], progress?: (fraction: number) => void) => [...toEnd(clusteredOrder(matrixOf(rows), progress))];

function correlation(a: readonly number[], b: readonly number[]): number {
  const about = (row: readonly number[]) => row.map((value) => value - row.reduce((sum, v) => sum + v, 0) / row.length);
  const [x, y] = [about(a), about(b)];
  const dot = (p: readonly number[], q: readonly number[]) => p.reduce((sum, value, t) => sum + value * q[t], 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

/** All clusters that merging the two nearest again and again goes through, by the definition. */
function clustersByDefinition(rows: readonly (readonly number[])[]): number[][] {
  const mean = (a: readonly number[], b: readonly number[]) => a.flatMap((i) => b.map((j) => 1 - correlation(rows[i], rows[j]))).reduce((sum, d, _k, all) => sum + d / all.length, 0);
  let left = rows.map((_, i) => [i]);
  const met: number[][] = [];
  while (left.length > 1) {
    const pairs = left.flatMap((a, i) => left.slice(i + 1).map((b) => ({ a, b, apart: mean(a, b) })));
    const { a, b } = pairs.reduce((least, pair) => (pair.apart < least.apart ? pair : least));
    left = [...left.filter((cluster) => cluster !== a && cluster !== b), [...a, ...b]];
    met.push([...a, ...b]);
  }
  return met;
}

test('every cluster of the definition stands side by side, and every row once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 3, max: 9 }), fc.nat(), (count, columns, seed) => {
      const random = randomStream(seed);
      const rows = Array.from({ length: count }, () => Array.from({ length: columns }, () => random() - 0.5));
      const order = orderOf(rows);
      expect(order.toSorted((a, b) => a - b)).toEqual(rows.map((_, i) => i));
      for (const cluster of clustersByDefinition(rows)) {
        const places = cluster.map((row) => order.indexOf(row));
        expect(Math.max(...places) - Math.min(...places)).toBe(cluster.length - 1);
      }
    }),
    { numRuns: 60 },
  );
});

test('rows that do the same are neighbours, those that do the opposite are not, constant ones come last', () => {
  const wave = (phase: number, size = 1) => Array.from({ length: 40 }, (_, t) => size * Math.sin(t / 3 + phase));
  const rows = [wave(0), Array.from({ length: 40 }, () => 0.3), wave(1.5), wave(0, 7), wave(3.14), wave(1.5, 0.01), Array.from({ length: 40 }, () => 0)];
  const order = orderOf(rows);
  expect(order.slice(-2)).toEqual([1, 6]);
  expect(Math.abs(order.indexOf(0) - order.indexOf(3))).toBe(1);
  expect(Math.abs(order.indexOf(2) - order.indexOf(5))).toBe(1);
  expect(Math.abs(order.indexOf(0) - order.indexOf(4))).toBeGreaterThan(1);
});

test('numbers that are none count as 0, one row is its own order, and progress goes up', () => {
  expect(orderOf([[NaN, 1, 2], [0, 1, 2], [2, 1, -Infinity]]).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  expect(orderOf([[1, 2, 3]])).toEqual([0]);
  const told: number[] = [];
  orderOf(Array.from({ length: 60 }, (_, i) => Array.from({ length: 5000 }, (_t, t) => Math.sin(i + t * (1 + i / 7)))), (fraction) => told.push(fraction));
  expect(told.length).toBeGreaterThan(3);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
});

test('is called off between two pauses, and leaves nothing behind', async () => {
  const matrix = { values: Float64Array.from({ length: 300 * 2000 }, (_, i) => Math.sin(i * i)), rows: 300, columns: 2000 };
  const abort = new AbortController();
  const clustering = clusteredRows(matrix, { abort: abort.signal, progress: () => abort.abort(new Error('enough')) });
  await expect(clustering).rejects.toThrow('enough');
  const small = { values: matrix.values.slice(0, 40), rows: 4, columns: 10 };
  expect([...(await clusteredRows(small))]).toEqual([...toEnd(clusteredOrder(small))]);
});
