// rnn_relu.wgsl: the simple recurrent network with rectified units. Twin of src/engine/cells/rnn_relu.ts.
//
//   h' = max(W·x + U·h + b, 0)

import package::lib::activation::relu;

const GATES = 1u;
const STATES = 1u;
const SAVED = 1u;
const INNER_GATES = 0u;

struct CellStep {
  next: array<vec4f, STATES>,
  saved: array<vec4f, SAVED>,
}

fn operand(a: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> vec4f {
  return prev[0];
}

fn forward(a_ih: array<vec4f, GATES>, a_hh: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> CellStep {
  let a = a_ih[0] + a_hh[0];
  return CellStep(array(relu(a)), array(a));
}
