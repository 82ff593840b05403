import type { Op } from './op';

/** One line of a program: causal scaled dot-product attention of several heads. */
export interface AttendStep {
  readonly op: 'attend';
  /** Queries, keys, values: `heads` heads side by side. */
  readonly q: string;
  readonly k: string;
  readonly v: string;
  readonly y: string;
  readonly heads: number;
}

/**
 * Causal attention (Vaswani et al. 2017). No engine makes a T × T tensor of it: the weights of a row are found with a
 * running maximum, used and forgotten, and made again where they are drawn. A row that sees nothing is 0.
 */
export const attend: Op<AttendStep> = {
  name: 'attend',
  equations: ['A[t, s] = softmax over s ≤ t of q_t · k_s / √d', 'y_t = Σ_s A[t, s] · v_s,  per head'],
  reads: ({ q, k, v }) => [q, k, v],
  writes: ({ y }) => [y],
  parameters: () => [],
  states: ({ k, v }, widthOf) => [
    { name: k, width: widthOf(k), grows: true, role: 'keys of all steps so far' },
    { name: v, width: widthOf(v), grows: true, role: 'values of all steps so far' },
  ],
  shows: ({ heads }) => [{ name: 'attn', width: heads, perStep: true, felt: false }],
  misfit({ q, k, v, y, heads }, widthOf) {
    if (widthOf(q) !== widthOf(k) || widthOf(v) !== widthOf(y)) return `${q} and ${k}, or ${v} and ${y}, differ in width`;
    return [q, v].some((name) => widthOf(name) % heads !== 0) ? `${heads} heads do not divide the width` : undefined;
  },
};
