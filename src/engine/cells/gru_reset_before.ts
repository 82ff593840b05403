import { sigmoid, tanh } from '../math/activation';
import type { Cell } from './cell';
import { gru } from './gru';

/** Gated recurrent unit as first published (Cho et al. 2014): the reset acts before the recurrent product. */
export const gruResetBefore: Cell = {
  name: 'gru_reset_before',
  title: 'GRU (reset before)',
  gates: gru.gates,
  states: gru.states,
  saved: ['a_r', 'a_z', 'a_n'],
  equations: [
    'r = σ(W_r·x + U_r·h + b_r)',
    'z = σ(W_z·x + U_z·h + b_z)',
    'n = tanh(W_n·x + b_in + U_n·(r ⊙ h) + b_hn)',
    "h' = (1 − z) ⊙ n + z ⊙ h",
  ],
  inner: {
    gates: 1,
    operand([a_r], [h]) {
      return sigmoid(a_r) * h;
    },
  },

  // r and z come as totals: they were summed before the second product.
  forward([a_r, a_z, in_], [, , hn], [h]) {
    const a_n = in_ + hn;
    const z = sigmoid(a_z);
    return { next: [(1 - z) * tanh(a_n) + z * h], saved: [a_r, a_z, a_n] };
  },
};
