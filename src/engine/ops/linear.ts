import type { Op, Pointwise } from './op';

/** One line of a program: y = W·f(x) + b + r. */
export interface LinearStep {
  readonly op: 'linear';
  readonly x: string;
  readonly y: string;
  /** [width of y, width of x] */
  readonly weight: string;
  /** [width of y] */
  readonly bias?: string;
  /** What is done to the entries of x before they are multiplied; nothing unless given. */
  readonly of?: Pointwise;
  /** A tensor as wide as y that is added: the residual. */
  readonly plus?: string;
}

/** A product with a matrix, the same at every step. */
export const linear: Op<LinearStep> = {
  name: 'linear',
  equations: ['y = weight · of(x) + bias + plus'],
  reads: ({ x, plus }) => [x, ...(plus ? [plus] : [])],
  writes: ({ y }) => [y],
  parameters: ({ weight, bias }) => [weight, ...(bias ? [bias] : [])],
  states: () => [],
  shows: () => [],
  misfit({ x, y, weight, bias, plus }, widthOf, shapeOf) {
    const [rows, columns] = shapeOf(weight);
    if (rows !== widthOf(y) || columns !== widthOf(x)) return `${weight} [${rows}, ${columns}] takes ${x} of ${widthOf(x)} to ${y} of ${widthOf(y)}`;
    if (bias && shapeOf(bias)[0] !== rows) return `${bias} is not as long as ${y}`;
    if (plus && widthOf(plus) !== rows) return `${plus} is not as wide as ${y}`;
    return undefined;
  },
};
