// lstm.wgsl: long short-term memory with the forget gate. Twin of src/engine/cells/lstm.ts.
//
//   i, f, o = σ(W·x + U·h + b)     g = tanh(W_g·x + U_g·h + b_g)
//   c' = f ⊙ c + i ⊙ g             h' = o ⊙ tanh(c')

import package::lib::activation::{sigmoid, stable_tanh};

const GATES = 4u;
const STATES = 2u;
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
  let a_i = a_ih[0] + a_hh[0];
  let a_f = a_ih[1] + a_hh[1];
  let a_g = a_ih[2] + a_hh[2];
  let a_o = a_ih[3] + a_hh[3];
  let next_c = sigmoid(a_f) * prev[1] + sigmoid(a_i) * stable_tanh(a_g);
  return CellStep(array(sigmoid(a_o) * stable_tanh(next_c), next_c), array(a_i, a_f, a_g, a_o));
}
