import { sigmoid, tanh } from '../math/activation';
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
};
