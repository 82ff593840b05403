/**
 * The cross-entropy of one row of scores, −Σ share·log softmax(scores), and its gradient, softmax − share. The share of
 * the target is 1, but for a part that may be spread evenly over all classes (label smoothing, Szegedy et al. 2016).
 */

/**
 * Returns the cross-entropy. Scores of any size do: what is exponentiated is at most 0.
 * @param smoothing - the part of the target that is spread over all classes
 * @param d_scores - where the gradient goes
 */
export function crossEntropy(scores: Float64Array, target: number, smoothing: number, d_scores: Float64Array): number {
  const logTotal = softmax(scores, d_scores);
  let loss = 0;
  for (let k = 0; k < scores.length; k++) {
    const share = (k === target ? 1 - smoothing : 0) + smoothing / scores.length;
    d_scores[k] -= share;
    if (share > 0) loss += share * (logTotal - scores[k]);
  }
  return loss;
}

/** Writes the softmax of the scores, and returns log Σ exp(scores). */
export function softmax(scores: Float64Array, out: Float64Array): number {
  let largest = -Infinity;
  for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k]);
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += out[k] = Math.exp(scores[k] - largest);
  for (let k = 0; k < scores.length; k++) out[k] /= total;
  return largest + Math.log(total);
}
