// lstm_1997.wgsl: long short-term memory as first published. Twin of src/engine/cells/lstm_1997.ts.
//
//   i, o = σ(W·x + U·h + b)     g = 4σ(W_g·x + U_g·h + b_g) − 2
//   c' = c + i ⊙ g              h' = o ⊙ (2σ(c') − 1), which is o ⊙ tanh(c' / 2)

import package::lib::activation::{sigmoid, sigmoid_slope, stable_tanh, tanh_slope, wide_sigmoid, wide_sigmoid_slope};
import package::lib::cell_step::{CellGradient, CellStep};

const GATES = 3u;
const STATES = 2u;
const SAVED = 3u;
const INNER_GATES = 0u;
const SPLIT_GATES = 0u;
const UNIT_PARAMETERS = 0u;
// an array has at least one row
const UNIT_ROWS = 1u;

fn forward(a_ih: array<vec4f, GATES>, a_hh: array<vec4f, GATES>, prev: array<vec4f, STATES>, unit: array<vec4f, UNIT_ROWS>) -> CellStep {
  let a_i = a_ih[0] + a_hh[0];
  let a_g = a_ih[1] + a_hh[1];
  let a_o = a_ih[2] + a_hh[2];
  let next_c = prev[1] + sigmoid(a_i) * wide_sigmoid(a_g);
  return CellStep(array(sigmoid(a_o) * stable_tanh(0.5 * next_c), next_c), array(a_i, a_g, a_o));
}

fn backward(saved: array<vec4f, SAVED>, prev: array<vec4f, STATES>, d_next: array<vec4f, STATES>, unit: array<vec4f, UNIT_ROWS>) -> CellGradient {
  let next_c = prev[1] + sigmoid(saved[0]) * wide_sigmoid(saved[1]);
  let d_next_c = d_next[1] + d_next[0] * sigmoid(saved[2]) * 0.5 * tanh_slope(0.5 * next_c);
  let d_i = d_next_c * wide_sigmoid(saved[1]) * sigmoid_slope(saved[0]);
  let d_g = d_next_c * sigmoid(saved[0]) * wide_sigmoid_slope(saved[1]);
  let d_o = d_next[0] * stable_tanh(0.5 * next_c) * sigmoid_slope(saved[2]);
  let d_a = array(d_i, d_g, d_o);
  return CellGradient(d_a, d_a, array(vec4f(0.0), d_next_c), array(d_next[0], d_next_c), array(vec4f(0.0)));
}
