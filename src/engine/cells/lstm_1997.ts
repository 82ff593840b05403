import { sigmoid, sigmoidSlope, tanh, tanhSlope, wideSigmoid, wideSigmoidSlope } from '../math/activation';
import type { Cell } from './cell';
import { lstm } from './lstm';
import { lstmNoForget } from './lstm_nofg';

const [i, , g, o] = lstm.gates;

/** Long short-term memory as first published (Hochreiter and Schmidhuber 1997), with the squashing functions of the paper. */
export const lstm1997: Cell = {
  name: 'lstm_1997',
  title: 'LSTM (1997)',
  gates: [i, { ...g, activation: 'wideSigmoid' }, o],
  states: lstm.states,
  saved: lstmNoForget.saved,
  equations: [
    'i = σ(W_i·x + U_i·h + b_i)',
    'g = 4σ(W_g·x + U_g·h + b_g) − 2',
    'o = σ(W_o·x + U_o·h + b_o)',
    "c' = c + i ⊙ g",
    "h' = o ⊙ (2σ(c') − 1)",
  ],

  forward([ii, ig, io], [hi, hg, ho], [, c]) {
    const a_i = ii + hi;
    const a_g = ig + hg;
    const a_o = io + ho;
    const next_c = c + sigmoid(a_i) * wideSigmoid(a_g);
    return { next: [sigmoid(a_o) * tanh(next_c / 2), next_c], saved: [a_i, a_g, a_o] }; // 2σ(c) − 1 = tanh(c / 2)
  },

  backward([a_i, a_g, a_o], [, c], [d_h, d_c]) {
    const next_c = c + sigmoid(a_i) * wideSigmoid(a_g);
    const d_next_c = d_c + (d_h * sigmoid(a_o) * tanhSlope(next_c / 2)) / 2;
    const d_i = d_next_c * wideSigmoid(a_g) * sigmoidSlope(a_i);
    const d_g = d_next_c * sigmoid(a_i) * wideSigmoidSlope(a_g);
    const d_o = d_h * tanh(next_c / 2) * sigmoidSlope(a_o);
    const d_a = [d_i, d_g, d_o];
    return { d_ih: d_a, d_hh: d_a, d_prev: [0, d_next_c], d_next: [d_h, d_next_c], d_unit: [] };
  },
};
