// gru_reset_before.wgsl: what the candidate's product multiplies, r ⊙ h. Twin of `inner` in
// src/engine/cells/gru_reset_before.ts.

import package::lib::activation::{sigmoid, sigmoid_slope};
import package::cells::cell::{GATES, STATES};

struct OperandGradient {
  d_a: array<vec4f, GATES>,
  d_prev: array<vec4f, STATES>,
}

fn operand(a: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> vec4f {
  return sigmoid(a[0]) * prev[0];
}

fn operand_backward(a: array<vec4f, GATES>, prev: array<vec4f, STATES>, d_operand: vec4f) -> OperandGradient {
  let d_r = d_operand * prev[0] * sigmoid_slope(a[0]);
  return OperandGradient(array(d_r, vec4f(0.0), vec4f(0.0)), array(d_operand * sigmoid(a[0])));
}
