/** A dense, row-major array with its shape: the form in which tensors enter and leave the engine. */

export interface Tensor<Data extends ArrayLike<number> = ArrayLike<number>> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** The number of entries a shape holds. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Writes a shape the way messages show it: `[8, 3, 6]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
