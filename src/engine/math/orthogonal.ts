/** Random square matrices for recurrent weights. Row-major, float64. */
import { normalStream, randomStream } from './random';

/** Independent normal entries of standard deviation 1/√n: eigenvalues fill the unit disc, singular values reach 2. */
export function gaussianMatrix(n: number, seed: number, ...keys: (string | number)[]): Float64Array {
  const draw = normalStream(randomStream(seed, 'gaussian', ...keys));
  return Float64Array.from({ length: n * n }, () => draw() / Math.sqrt(n));
}

/**
 * A rotation or reflection of n dimensions, all equally likely (Haar measure): a Gaussian matrix with its rows made
 * orthonormal one after the other, by Gram and Schmidt twice over, which leaves them orthogonal to the last digits.
 */
export function orthogonalMatrix(n: number, seed: number, ...keys: (string | number)[]): Float64Array {
  const draw = normalStream(randomStream(seed, 'orthogonal', ...keys));
  const matrix = Float64Array.from({ length: n * n }, draw);
  for (let i = 0; i < n; i++) {
    const row = matrix.subarray(i * n, (i + 1) * n);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        const earlier = matrix.subarray(k * n, (k + 1) * n);
        let share = 0;
        for (let j = 0; j < n; j++) share += row[j] * earlier[j];
        for (let j = 0; j < n; j++) row[j] -= share * earlier[j];
      }
    }
    const length = Math.hypot(...row);
    for (let j = 0; j < n; j++) row[j] /= length;
  }
  return matrix;
}
