/**
 * Small dense linear algebra in float64. Matrices are row-major arrays beside their sizes. What takes longer than about
 * a millisecond at the sizes of a recurrent layer is a generator that pauses, to be driven in slices.
 *
 * Products of hundreds of Jacobians leave every floating-point range, so matrices are kept near 1 and their scale apart,
 * as a power of two: such a rescaling rounds nothing.
 */

/** About a millisecond's worth of multiply-adds: the most that is done between two pauses. */
const WORK_BETWEEN_PAUSES = 2 ** 18;

/** out [n, m] = a [n, k] · b [k, m], replacing what was there; or the first of its columns, leaving 0 in the others. */
export function* product(out: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number, columns = m): Generator<void, void> {
  out.fill(0);
  const rowsBetweenPauses = Math.max(1, Math.floor(WORK_BETWEEN_PAUSES / (k * columns)));
  const fours = k - (k % 4);
  for (let i = 0; i < n; i++) {
    const row = i * m;
    for (let p = 0; p < fours; p += 4) {
      const at = i * k + p;
      const a0 = a[at];
      const a1 = a[at + 1];
      const a2 = a[at + 2];
      const a3 = a[at + 3];
      const b0 = p * m;
      const b1 = b0 + m;
      const b2 = b1 + m;
      const b3 = b2 + m;
      for (let j = 0; j < columns; j++) out[row + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
    }
    for (let p = fours; p < k; p++) addScaledRow(out, row, b, p * m, a[i * k + p], columns);
    if ((i + 1) % rowsBetweenPauses === 0) yield;
  }
}

/** The [n, n] matrix with ones on its diagonal. */
export function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/** The largest magnitude; 0 for none, NaN where an entry is. */
export function largestEntry(data: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]);
    if (!(magnitude <= largest)) largest = magnitude;
  }
  return largest;
}

/** Divides by the power of two that brings the largest magnitude to about 1, and returns its exponent; 0 for zeros. */
export function rescale(data: Float64Array): number {
  const exponent = exponentOf(largestEntry(data));
  if (exponent !== 0) timesPowerOfTwo(data, -exponent);
  return exponent;
}

/** The exponent e with magnitude ≈ 2ᵉ; 0 for 0. Kept where 2ᵉ and 2⁻ᵉ are both numbers. */
export function exponentOf(magnitude: number): number {
  if (magnitude === 0 || !Number.isFinite(magnitude)) return 0;
  return Math.max(-1000, Math.min(1000, Math.floor(Math.log2(magnitude))));
}

/** Multiplies by 2ᵉ, which rounds nothing short of the ends of the range. */
export function timesPowerOfTwo(data: Float64Array, exponent: number): void {
  if (Math.abs(exponent) > 1000) {
    timesPowerOfTwo(data, Math.sign(exponent) * 1000);
    timesPowerOfTwo(data, exponent - Math.sign(exponent) * 1000);
    return;
  }
  const factor = 2 ** exponent;
  for (let i = 0; i < data.length; i++) data[i] *= factor;
}

/** √Σ a², of numbers whose squares stay in range. */
export function frobenius(data: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * data[i];
  return Math.sqrt(sum);
}

/**
 * Turns b [n, m] into a⁻¹ · b by elimination with partial pivoting, on rows and columns first brought to size 1 by
 * powers of two: latched units scale whole rows by 1e-20 and more, and that is no reason to call a matrix singular.
 * Columns are eliminated from the last to the first: those of a cell state have two entries each, and cost next to
 * nothing while the others are still untouched. Uses `a` up. Returns false, with b in pieces, if a [n, n] cannot be told from a singular matrix in float64.
 */
export function* divideFromLeft(a: Float64Array, b: Float64Array, n: number, m: number): Generator<void, boolean> {
  for (let i = 0; i < n; i++) {
    const exponent = exponentOf(largestEntry(a.subarray(i * n, (i + 1) * n)));
    timesPowerOfTwo(a.subarray(i * n, (i + 1) * n), -exponent);
    timesPowerOfTwo(b.subarray(i * m, (i + 1) * m), -exponent);
  }
  yield;
  const columnExponents = scaleColumns(a, n);
  yield;
  const rowsBetweenPauses = Math.max(1, Math.floor(WORK_BETWEEN_PAUSES / (n + m)));
  let rows = 0;

  // Row k of b belongs to column k of a, and ends as row k of the answer.
  for (let k = n - 1; k >= 0; k--) {
    const pivotRow = largestAbove(a, n, k);
    if (!(Math.abs(a[pivotRow * n + k]) > 4 * n * Number.EPSILON)) return false;
    if (pivotRow !== k) {
      swapRows(a, n, k, pivotRow);
      swapRows(b, m, k, pivotRow);
    }
    for (let i = 0; i < k; i++) {
      const factor = -a[i * n + k] / a[k * n + k];
      if (factor === 0) continue;
      addScaledRow(a, i * n, a, k * n, factor, k);
      addScaledRow(b, i * m, b, k * m, factor, m);
      if (++rows % rowsBetweenPauses === 0) yield;
    }
  }
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < k; j++) {
      if (a[k * n + j] !== 0) addScaledRow(b, k * m, b, j * m, -a[k * n + j], m);
      if (++rows % rowsBetweenPauses === 0) yield;
    }
    const pivot = a[k * n + k];
    for (let j = 0; j < m; j++) b[k * m + j] /= pivot;
  }
  for (let k = 0; k < n; k++) timesPowerOfTwo(b.subarray(k * m, (k + 1) * m), -columnExponents[k]);
  return true;
}

function scaleColumns(a: Float64Array, n: number): Int32Array {
  const largest = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) largest[j] = Math.max(largest[j], Math.abs(a[i * n + j]));
  const exponents = Int32Array.from(largest, exponentOf);
  const factors = Float64Array.from(exponents, (exponent) => 2 ** -exponent);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] *= factors[j];
  return exponents;
}

/** The row, of those from 0 to k, with the largest entry in column k. */
function largestAbove(a: Float64Array, n: number, k: number): number {
  let found = k;
  for (let i = 0; i < k; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[found * n + k])) found = i;
  return found;
}

function swapRows(a: Float64Array, width: number, one: number, other: number): void {
  const kept = a.slice(one * width, (one + 1) * width);
  a.copyWithin(one * width, other * width, (other + 1) * width);
  a.set(kept, other * width);
}

function addScaledRow(out: Float64Array, outAt: number, row: Float64Array, rowAt: number, factor: number, width: number): void {
  for (let j = 0; j < width; j++) out[outAt + j] += factor * row[rowAt + j];
}
