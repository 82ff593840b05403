/** Draws from a stream of uniform numbers in [0, 1). */

/** A whole number from 0 to n − 1. */
export function below(uniform: () => number, n: number): number {
  return Math.floor(uniform() * n);
}

/** One of a list, all equally likely. */
export function oneOf<Item>(uniform: () => number, list: readonly Item[]): Item {
  return list[below(uniform, list.length)];
}

/** The index of a weight, drawn in proportion; the weights add up to 1. */
export function weighted(uniform: () => number, weights: readonly number[]): number {
  let rest = uniform();
  const index = weights.findIndex((weight) => (rest -= weight) < 0);
  return index < 0 ? weights.length - 1 : index; // what rounding leaves over
}

/** The first `count` of the numbers 0 … n − 1 in a random order, all orders equally likely (Fisher and Yates 1938). */
export function drawnOrder(uniform: () => number, n: number, count = n): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + below(uniform, n - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, count);
}
