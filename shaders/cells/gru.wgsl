// gru.wgsl: gated recurrent unit, reset after the product. Twin of src/engine/cells/gru.ts.
//
//   r, z = σ(W·x + U·h + b)
//   n = tanh(W_n·x + b_in + r ⊙ (U_n·h + b_hn))
//   h' = (1 − z) ⊙ n + z ⊙ h

import package::lib::activation::{sigmoid, stable_tanh};

const GATES = 3u;
const STATES = 1u;
const SAVED = 4u;
const INNER_GATES = 0u;

struct CellStep {
  next: array<vec4f, STATES>,
  saved: array<vec4f, SAVED>,
}

fn operand(a: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> vec4f {
  return prev[0];
}

fn forward(a_ih: array<vec4f, GATES>, a_hh: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> CellStep {
  let a_r = a_ih[0] + a_hh[0];
  let a_z = a_ih[1] + a_hh[1];
  let a_n = a_ih[2] + sigmoid(a_r) * a_hh[2];
  let z = sigmoid(a_z);
  return CellStep(array((1.0 - z) * stable_tanh(a_n) + z * prev[0]), array(a_r, a_z, a_n, a_hh[2]));
}
