import { sigmoid, sigmoidSlope, tanh, tanhSlope } from '../math/activation';
import type { Cell } from './cell';

/** Long short-term memory (Hochreiter and Schmidhuber 1997) with the forget gate (Gers, Schmidhuber, Cummins 2000). */
export const lstm: Cell = {
  name: 'lstm',
  title: 'LSTM',
  gates: [
    { name: 'i', activation: 'sigmoid', role: 'input gate: how much of the candidate is written' },
    { name: 'f', activation: 'sigmoid', role: 'forget gate: how much of the old cell state is kept' },
    { name: 'g', activation: 'tanh', role: 'candidate to write' },
    { name: 'o', activation: 'sigmoid', role: 'output gate: how much of the cell state is shown' },
  ],
  states: [
    { name: 'h', range: [-1, 1], role: 'hidden state' },
    { name: 'c', range: 'unbounded', role: 'cell state' },
  ],
  saved: ['a_i', 'a_f', 'a_g', 'a_o'],
  keeps: 'f',
  equations: [
    'i = σ(W_i·x + U_i·h + b_i)',
    'f = σ(W_f·x + U_f·h + b_f)',
    'g = tanh(W_g·x + U_g·h + b_g)',
    'o = σ(W_o·x + U_o·h + b_o)',
    "c' = f ⊙ c + i ⊙ g",
    "h' = o ⊙ tanh(c')",
  ],

  forward([ii, if_, ig, io], [hi, hf, hg, ho], [, c]) {
    const a_i = ii + hi;
    const a_f = if_ + hf;
    const a_g = ig + hg;
    const a_o = io + ho;
    const next_c = sigmoid(a_f) * c + sigmoid(a_i) * tanh(a_g);
    return { next: [sigmoid(a_o) * tanh(next_c), next_c], saved: [a_i, a_f, a_g, a_o] };
  },

  backward([a_i, a_f, a_g, a_o], [, c], [d_h, d_c]) {
    const next_c = sigmoid(a_f) * c + sigmoid(a_i) * tanh(a_g);
    const d_next_c = d_c + d_h * sigmoid(a_o) * tanhSlope(next_c);
    const d_i = d_next_c * tanh(a_g) * sigmoidSlope(a_i);
    const d_f = d_next_c * c * sigmoidSlope(a_f);
    const d_g = d_next_c * sigmoid(a_i) * tanhSlope(a_g);
    const d_o = d_h * tanh(next_c) * sigmoidSlope(a_o);
    const d_a = [d_i, d_f, d_g, d_o];
    return { d_ih: d_a, d_hh: d_a, d_prev: [0, d_next_c * sigmoid(a_f)], d_next: [d_h, d_next_c], d_unit: [] };
  },
};
