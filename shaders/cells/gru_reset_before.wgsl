// gru_reset_before.wgsl: gated recurrent unit, reset before the product. Twin of src/engine/cells/gru_reset_before.ts.
//
//   r, z = σ(W·x + U·h + b)
//   n = tanh(W_n·x + b_in + U_n·(r ⊙ h) + b_hn)
//   h' = (1 − z) ⊙ n + z ⊙ h

import package::lib::activation::{sigmoid, stable_tanh};

const GATES = 3u;
const STATES = 1u;
const SAVED = 3u;
const INNER_GATES = 1u;

struct CellStep {
  next: array<vec4f, STATES>,
  saved: array<vec4f, SAVED>,
}

fn operand(a: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> vec4f {
  return sigmoid(a[0]) * prev[0];
}

fn forward(a_ih: array<vec4f, GATES>, a_hh: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> CellStep {
  // r and z come as totals: they were summed before the second product.
  let a_r = a_ih[0];
  let a_z = a_ih[1];
  let a_n = a_ih[2] + a_hh[2];
  let z = sigmoid(a_z);
  return CellStep(array((1.0 - z) * stable_tanh(a_n) + z * prev[0]), array(a_r, a_z, a_n));
}
