/** How much a matrix can stretch: its largest singular value, and what its powers tend to. Row-major, float64. */
import { frobenius, product, rescale } from './matrix';
import { randomStream } from './random';

/** Iterations without a relative change above this many times: the value has its digits. */
const STEADY = 1e-13;

/**
 * The largest singular value of a [n, m], entries near 1, by Lanczos iteration on a·aᵀ with full reorthogonalisation
 * (Golub and Kahan 1965). It converges from below and, at the latest after n steps, to the last digits.
 * @param guide - [n] a guess of the left singular vector, replaced by the one found; makes slowly changing matrices cheap
 */
export function* largestSingularValue(a: Float64Array, n: number, m: number, guide: Float64Array): Generator<void, number> {
  if (frobenius(a) === 0) return 0;
  const basis: Float64Array[] = [startingVector(guide)];
  const diagonal: number[] = [];
  const beside: number[] = [];
  const across = new Float64Array(m);
  let value = 0;
  let steady = 0;

  for (let k = 0; k < n; k++) {
    const u = basis[k];
    timesTransposed(across, a, u, n, m);
    const next = new Float64Array(n);
    times(next, a, across, n, m);
    diagonal.push(dot(next, u));
    for (let pass = 0; pass < 2; pass++) for (const earlier of basis) addScaled(next, earlier, -dot(next, earlier));

    const largest = largestEigenvalue(diagonal, beside);
    steady = Math.abs(largest - value) <= STEADY * largest ? steady + 1 : 0;
    value = largest;
    const length = Math.sqrt(dot(next, next));
    if (steady === 2 || length <= 1e-14 * value) break;
    beside.push(length);
    basis.push(next.map((entry) => entry / length));
    yield;
  }
  guide.set(combined(basis, eigenvector(diagonal, beside, value)));
  return Math.sqrt(value);
}

/** log₁₀ of the largest magnitude of a square matrix's eigenvalues, from ‖Aᴺ‖^(1/N) with N = 2³⁰ by squaring; −∞ if nilpotent. */
export function* log10SpectralRadius(a: Float64Array, n: number): Generator<void, number> {
  let power = a.slice();
  let squared = new Float64Array(n * n);
  let log2Scale = rescale(power);
  const squarings = 30;
  for (let k = 0; k < squarings; k++) {
    yield* product(squared, power, power, n, n, n);
    [power, squared] = [squared, power];
    log2Scale = 2 * log2Scale + rescale(power);
  }
  return (Math.log10(frobenius(power)) + log2Scale * Math.log10(2)) / 2 ** squarings;
}

/** The guide with a little of everything in it: a guess alone might be at right angles to what is looked for. */
function startingVector(guide: Float64Array): Float64Array {
  const uniform = randomStream(0, 'lanczos');
  const share = 1e-2 / Math.sqrt(guide.length);
  const start = guide.map((entry) => entry + share * (2 * uniform() - 1));
  const length = Math.sqrt(dot(start, start));
  return start.map((entry) => entry / length);
}

/** The largest eigenvalue of the symmetric tridiagonal matrix, by bisection on the sign count of its pivots (Sturm). */
function largestEigenvalue(diagonal: readonly number[], beside: readonly number[]): number {
  let low = Math.max(...diagonal);
  let high = Math.max(...diagonal.map((entry, k) => entry + Math.abs(beside[k - 1] ?? 0) + Math.abs(k < diagonal.length - 1 ? beside[k] : 0)));
  for (let k = 0; k < 100 && high - low > Number.EPSILON * high; k++) {
    const middle = (low + high) / 2;
    if (allPivotsNegative(diagonal, beside, middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Whether every eigenvalue lies below the given number. */
function allPivotsNegative(diagonal: readonly number[], beside: readonly number[], at: number): boolean {
  let pivot = -1;
  for (let k = 0; k < diagonal.length; k++) {
    pivot = diagonal[k] - at - (k > 0 ? (beside[k - 1] * beside[k - 1]) / pivot : 0);
    if (!(pivot < 0)) return false;
  }
  return true;
}

/** The eigenvector to an eigenvalue of the tridiagonal matrix, by its three-term recurrence; good enough for a guess. */
function eigenvector(diagonal: readonly number[], beside: readonly number[], value: number): number[] {
  const vector = [1];
  for (let k = 0; k + 1 < diagonal.length; k++) {
    const entry = ((value - diagonal[k]) * vector[k] - (k > 0 ? beside[k - 1] * vector[k - 1] : 0)) / beside[k];
    vector.push(Number.isFinite(entry) ? entry : 0);
  }
  return vector;
}

function combined(basis: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(basis[0].length);
  weights.forEach((weight, k) => addScaled(sum, basis[k], weight));
  const length = Math.sqrt(dot(sum, sum));
  return length > 0 && Number.isFinite(length) ? sum.map((entry) => entry / length) : basis[0].slice();
}

function times(out: Float64Array, a: Float64Array, v: Float64Array, n: number, m: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < m; j++) sum += a[i * m + j] * v[j];
    out[i] = sum;
  }
}

function timesTransposed(out: Float64Array, a: Float64Array, v: Float64Array, n: number, m: number): void {
  out.fill(0);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j] += a[i * m + j] * v[i];
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}

function addScaled(out: Float64Array, v: Float64Array, factor: number): void {
  for (let i = 0; i < out.length; i++) out[i] += factor * v[i];
}
