import { sigmoid, sigmoidSlope, tanh, tanhSlope } from '../math/activation';
import type { Cell } from './cell';
import { gru } from './gru';

/** Gated recurrent unit as first published (Cho et al. 2014): the reset acts before the recurrent product. */
export const gruResetBefore: Cell = {
  name: 'gru_reset_before',
  title: 'GRU (reset before)',
  gates: gru.gates,
  states: gru.states,
  saved: ['a_r', 'a_z', 'a_n'],
  keeps: gru.keeps,
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
    backward([a_r], [h], d_operand) {
      return { d_a: [d_operand * h * sigmoidSlope(a_r), 0, 0], d_prev: [d_operand * sigmoid(a_r)] };
    },
  },

  forward([ir, iz, in_], [hr, hz, hn], [h]) {
    const a_r = ir + hr;
    const a_z = iz + hz;
    const a_n = in_ + hn;
    const z = sigmoid(a_z);
    return { next: [(1 - z) * tanh(a_n) + z * h], saved: [a_r, a_z, a_n] };
  },

  // r acts through the operand alone: its gradient is the operand's.
  backward([, a_z, a_n], [h], [d_h]) {
    const z = sigmoid(a_z);
    const d_n = d_h * sigmoid(-a_z) * tanhSlope(a_n); // 1 − z has no digits left where z is latched at 1
    const d_z = d_h * (h - tanh(a_n)) * sigmoidSlope(a_z);
    const d_a = [0, d_z, d_n];
    return { d_ih: d_a, d_hh: d_a, d_prev: [d_h * z], d_next: [d_h], d_unit: [] };
  },
};
