// none.wgsl: for the cells without an inner product, so that the kernels need not know which those are. Never called.

import package::cells::cell::{GATES, STATES};

struct OperandGradient {
  d_a: array<vec4f, GATES>,
  d_prev: array<vec4f, STATES>,
}

fn operand(a: array<vec4f, GATES>, prev: array<vec4f, STATES>) -> vec4f {
  return prev[0];
}

fn operand_backward(a: array<vec4f, GATES>, prev: array<vec4f, STATES>, d_operand: vec4f) -> OperandGradient {
  return OperandGradient(a, prev);
}
