import { sigmoid, sigmoidSlope, tanh, tanhSlope } from '../math/activation';
import type { Cell } from './cell';

/** Gated recurrent unit (Cho et al. 2014), in the "reset after" form of cuDNN and PyTorch. */
export const gru: Cell = {
  name: 'gru',
  title: 'GRU',
  gates: [
    { name: 'r', activation: 'sigmoid', role: 'reset gate: how much of the past the candidate sees' },
    { name: 'z', activation: 'sigmoid', role: 'update gate: how much of the old state is kept' },
    { name: 'n', activation: 'tanh', role: 'candidate state' },
  ],
  states: [{ name: 'h', range: [-1, 1], role: 'hidden state' }],
  saved: ['a_r', 'a_z', 'a_n', 'a_hh.n'],
  keeps: 'z',
  splitGates: 1,
  equations: [
    'r = σ(W_r·x + U_r·h + b_r)',
    'z = σ(W_z·x + U_z·h + b_z)',
    'n = tanh(W_n·x + b_in + r ⊙ (U_n·h + b_hn))',
    "h' = (1 − z) ⊙ n + z ⊙ h",
  ],

  forward([ir, iz, in_], [hr, hz, hn], [h]) {
    const a_r = ir + hr;
    const a_z = iz + hz;
    const a_n = in_ + sigmoid(a_r) * hn;
    const z = sigmoid(a_z);
    return { next: [(1 - z) * tanh(a_n) + z * h], saved: [a_r, a_z, a_n, hn] };
  },

  backward([a_r, a_z, a_n, hn], [h], [d_h]) {
    const r = sigmoid(a_r);
    const z = sigmoid(a_z);
    const d_n = d_h * sigmoid(-a_z) * tanhSlope(a_n); // 1 − z has no digits left where z is latched at 1
    const d_z = d_h * (h - tanh(a_n)) * sigmoidSlope(a_z);
    const d_r = d_n * hn * sigmoidSlope(a_r);
    return { d_ih: [d_r, d_z, d_n], d_hh: [d_r, d_z, d_n * r], d_prev: [d_h * z], d_next: [d_h], d_unit: [] };
  },
};
