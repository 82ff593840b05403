import { tanh, tanhSlope } from '../math/activation';
import type { Cell } from './cell';

/** The simple recurrent network (Elman 1990) with tanh units. */
export const rnn: Cell = {
  name: 'rnn',
  title: 'RNN',
  gates: [{ name: 'a', activation: 'identity', role: 'pre-activation W·x + U·h + b' }],
  states: [{ name: 'h', range: [-1, 1], role: 'hidden state' }],
  saved: ['a_a'],
  equations: ["h' = tanh(W·x + U·h + b)"],

  forward([ia], [ha]) {
    const a = ia + ha;
    return { next: [tanh(a)], saved: [a] };
  },

  backward([a], _prev, [d_h]) {
    const d_a = d_h * tanhSlope(a);
    return { d_ih: [d_a], d_hh: [d_a], d_prev: [0], d_next: [d_h], d_unit: [] };
  },
};
