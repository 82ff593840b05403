// gru_reset_before.wgsl: gated recurrent unit, reset before the product. Twin of src/engine/cells/gru_reset_before.ts.
//
//   r, z = σ(W·x + U·h + b)
//   n = tanh(W_n·x + b_in + U_n·(r ⊙ h) + b_hn)
//   h' = (1 − z) ⊙ n + z ⊙ h

import package::lib::activation::{sigmoid, sigmoid_slope, stable_tanh, tanh_slope};
import package::lib::cell_step::{CellGradient, CellStep};

const GATES = 3u;
const STATES = 1u;
const SAVED = 3u;
const INNER_GATES = 1u;
const SPLIT_GATES = 0u;
const UNIT_PARAMETERS = 0u;
// an array has at least one row
const UNIT_ROWS = 1u;

fn forward(a_ih: array<vec4f, GATES>, a_hh: array<vec4f, GATES>, prev: array<vec4f, STATES>, unit: array<vec4f, UNIT_ROWS>) -> CellStep {
  let a_r = a_ih[0] + a_hh[0];
  let a_z = a_ih[1] + a_hh[1];
  let a_n = a_ih[2] + a_hh[2];
  let z = sigmoid(a_z);
  return CellStep(array((1.0 - z) * stable_tanh(a_n) + z * prev[0]), array(a_r, a_z, a_n));
}

fn backward(saved: array<vec4f, SAVED>, prev: array<vec4f, STATES>, d_next: array<vec4f, STATES>, unit: array<vec4f, UNIT_ROWS>) -> CellGradient {
  // r acts through the operand alone: its gradient is the operand's.
  let z = sigmoid(saved[1]);
  let d_h = d_next[0];
  let d_n = d_h * sigmoid(-saved[1]) * tanh_slope(saved[2]); // 1 − z has no digits left where z is latched at 1
  let d_z = d_h * (prev[0] - stable_tanh(saved[2])) * sigmoid_slope(saved[1]);
  let d_a = array(vec4f(0.0), d_z, d_n);
  return CellGradient(d_a, d_a, array(d_h * z), d_next, array(vec4f(0.0)));
}
