// rnn.wgsl: the simple recurrent network (Elman 1990) with tanh units. Twin of src/engine/cells/rnn.ts.
//
//   h' = tanh(W·x + U·h + b)

import package::lib::activation::{stable_tanh, tanh_slope};
import package::lib::cell_step::{CellGradient, CellStep};

const GATES = 1u;
const STATES = 1u;
const SAVED = 1u;
const INNER_GATES = 0u;
const SPLIT_GATES = 0u;
const UNIT_PARAMETERS = 0u;
// an array has at least one row
const UNIT_ROWS = 1u;

fn forward(a_ih: array<vec4f, GATES>, a_hh: array<vec4f, GATES>, prev: array<vec4f, STATES>, unit: array<vec4f, UNIT_ROWS>) -> CellStep {
  let a = a_ih[0] + a_hh[0];
  return CellStep(array(stable_tanh(a)), array(a));
}

fn backward(saved: array<vec4f, SAVED>, prev: array<vec4f, STATES>, d_next: array<vec4f, STATES>, unit: array<vec4f, UNIT_ROWS>) -> CellGradient {
  let d_a = d_next[0] * tanh_slope(saved[0]);
  return CellGradient(array(d_a), array(d_a), array(vec4f(0.0)), d_next, array(vec4f(0.0)));
}
