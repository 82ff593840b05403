import type { Op } from './op';

/** One line of a program: each row gets a vector that says where in the sequence it stands. */
export interface PositionsStep {
  readonly op: 'positions';
  readonly x: string;
  readonly y: string;
  /** [most steps, width]: learned vectors. Without it they are sines and cosines (Vaswani et al. 2017). */
  readonly weight?: string;
}

/** The longest wavelength of sinusoids and rotations is 2π times this. */
export const POSITION_BASE = 10_000;

export const positions: Op<PositionsStep> = {
  name: 'positions',
  equations: ['y_t = x_t + weight[t]', 'or  y_t[2i] = x_t[2i] + sin(t / 10000^(2i/width)),  y_t[2i+1] = x_t[2i+1] + cos(the same)'],
  reads: ({ x }) => [x],
  writes: ({ y }) => [y],
  parameters: ({ weight }) => (weight ? [weight] : []),
  states: () => [],
  shows: () => [],
  misfit({ x, y, weight }, widthOf, shapeOf) {
    if (widthOf(x) !== widthOf(y)) return `${x} and ${y} differ in width`;
    return weight && shapeOf(weight)[1] !== widthOf(x) ? `${weight} has rows of another width than ${x}` : undefined;
  },
};
