import { relu, reluSlope } from '../math/activation';
import type { Cell } from './cell';

/** The simple recurrent network with rectified units; with U = 1 it is the IRNN (Le, Jaitly, Hinton 2015). */
export const rnnRelu: Cell = {
  name: 'rnn_relu',
  title: 'RNN (ReLU)',
  gates: [{ name: 'a', activation: 'identity', role: 'pre-activation W·x + U·h + b' }],
  states: [{ name: 'h', range: 'unbounded', role: 'hidden state' }],
  saved: ['a_a'],
  equations: ["h' = max(W·x + U·h + b, 0)"],

  forward([ia], [ha]) {
    const a = ia + ha;
    return { next: [relu(a)], saved: [a] };
  },

  backward([a], _prev, [d_h]) {
    const d_a = d_h * reluSlope(a);
    return { d_ih: [d_a], d_hh: [d_a], d_prev: [0], d_next: [d_h], d_unit: [] };
  },
};
