import { sigmoid, sigmoidSlope, tanh, tanhSlope } from '../math/activation';
import type { Cell } from './cell';
import { lstm } from './lstm';

const [i, , g, o] = lstm.gates;

/** Long short-term memory before the forget gate: the cell state only ever adds up. */
export const lstmNoForget: Cell = {
  name: 'lstm_nofg',
  title: 'LSTM (no forget gate)',
  gates: [i, g, o],
  states: lstm.states,
  saved: ['a_i', 'a_g', 'a_o'],
  equations: [
    'i = σ(W_i·x + U_i·h + b_i)',
    'g = tanh(W_g·x + U_g·h + b_g)',
    'o = σ(W_o·x + U_o·h + b_o)',
    "c' = c + i ⊙ g",
    "h' = o ⊙ tanh(c')",
  ],

  forward([ii, ig, io], [hi, hg, ho], [, c]) {
    const a_i = ii + hi;
    const a_g = ig + hg;
    const a_o = io + ho;
    const next_c = c + sigmoid(a_i) * tanh(a_g);
    return { next: [sigmoid(a_o) * tanh(next_c), next_c], saved: [a_i, a_g, a_o] };
  },

  backward([a_i, a_g, a_o], [, c], [d_h, d_c]) {
    const next_c = c + sigmoid(a_i) * tanh(a_g);
    const d_next_c = d_c + d_h * sigmoid(a_o) * tanhSlope(next_c);
    const d_i = d_next_c * tanh(a_g) * sigmoidSlope(a_i);
    const d_g = d_next_c * sigmoid(a_i) * tanhSlope(a_g);
    const d_o = d_h * tanh(next_c) * sigmoidSlope(a_o);
    const d_a = [d_i, d_g, d_o];
    return { d_ih: d_a, d_hh: d_a, d_prev: [0, d_next_c], d_next: [d_h, d_next_c], d_unit: [] };
  },
};
