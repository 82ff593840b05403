import type { Cell } from './cell';

/** The recurrence without a non-linearity: the case in which eigenvalues alone decide what vanishes and what explodes. */
export const rnnLinear: Cell = {
  name: 'rnn_linear',
  title: 'RNN (linear)',
  gates: [{ name: 'a', activation: 'identity', role: 'pre-activation W·x + U·h + b' }],
  states: [{ name: 'h', range: 'unbounded', role: 'hidden state' }],
  saved: ['a_a'],
  equations: ["h' = W·x + U·h + b"],

  forward([ia], [ha]) {
    const a = ia + ha;
    return { next: [a], saved: [a] };
  },

  backward(_saved, _prev, [d_h]) {
    const d_a = d_h;
    return { d_ih: [d_a], d_hh: [d_a], d_prev: [0], d_next: [d_h], d_unit: [] };
  },
};
