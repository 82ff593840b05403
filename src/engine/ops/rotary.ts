import type { Op } from './op';

/** One line of a program: tensors that are rotated by their position, all in one go. */
export interface RotaryStep {
  readonly op: 'rotary';
  /** Tensors of `heads` heads side by side: queries, keys. */
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly heads: number;
}

/** Rotary positions (Su et al. 2021): neighbouring entries of a head are a plane, turned by an angle that grows with t. */
export const rotary: Op<RotaryStep> = {
  name: 'rotary',
  equations: ['θ = t / 10000^(2i/d)', 'y[2i] = x[2i]·cos θ − x[2i+1]·sin θ', 'y[2i+1] = x[2i]·sin θ + x[2i+1]·cos θ'],
  reads: ({ x }) => x,
  writes: ({ y }) => y,
  parameters: () => [],
  states: () => [],
  shows: () => [],
  misfit({ x, y, heads }, widthOf) {
    if (x.length !== y.length || x.some((name, i) => widthOf(name) !== widthOf(y[i]))) return 'what is read and what is written differ in width';
    return x.some((name) => widthOf(name) % (2 * heads) !== 0) ? `${x.join(', ')} are not ${heads} heads of pairs` : undefined;
  },
};
