import { sigmoid, sigmoidSlope, tanh, tanhSlope } from '../math/activation';
import type { Cell } from './cell';
import { lstm } from './lstm';

/** Long short-term memory whose gates also see the cell state (Gers and Schmidhuber 2000). */
export const lstmPeephole: Cell = {
  name: 'lstm_peephole',
  title: 'LSTM (peepholes)',
  gates: lstm.gates,
  states: lstm.states,
  saved: lstm.saved,
  keeps: lstm.keeps,
  unitParameters: ['peep_i', 'peep_f', 'peep_o'],
  equations: [
    'i = σ(W_i·x + U_i·h + p_i ⊙ c + b_i)',
    'f = σ(W_f·x + U_f·h + p_f ⊙ c + b_f)',
    'g = tanh(W_g·x + U_g·h + b_g)',
    "c' = f ⊙ c + i ⊙ g",
    "o = σ(W_o·x + U_o·h + p_o ⊙ c' + b_o)",
    "h' = o ⊙ tanh(c')",
  ],

  forward([ii, if_, ig, io], [hi, hf, hg, ho], [, c], [p_i, p_f, p_o]) {
    const a_i = ii + hi + p_i * c;
    const a_f = if_ + hf + p_f * c;
    const a_g = ig + hg;
    const next_c = sigmoid(a_f) * c + sigmoid(a_i) * tanh(a_g);
    const a_o = io + ho + p_o * next_c;
    return { next: [sigmoid(a_o) * tanh(next_c), next_c], saved: [a_i, a_f, a_g, a_o] };
  },

  backward([a_i, a_f, a_g, a_o], [, c], [d_h, d_c], [p_i, p_f, p_o]) {
    const next_c = sigmoid(a_f) * c + sigmoid(a_i) * tanh(a_g);
    const d_o = d_h * tanh(next_c) * sigmoidSlope(a_o);
    const d_next_c = d_c + d_h * sigmoid(a_o) * tanhSlope(next_c) + d_o * p_o;
    const d_i = d_next_c * tanh(a_g) * sigmoidSlope(a_i);
    const d_f = d_next_c * c * sigmoidSlope(a_f);
    const d_g = d_next_c * sigmoid(a_i) * tanhSlope(a_g);
    const d_a = [d_i, d_f, d_g, d_o];
    const d_prev_c = d_next_c * sigmoid(a_f) + d_i * p_i + d_f * p_f;
    return { d_ih: d_a, d_hh: d_a, d_prev: [0, d_prev_c], d_next: [d_h, d_next_c], d_unit: [d_i * c, d_f * c, d_o * next_c] };
  },
};
