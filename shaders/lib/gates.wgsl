// gates.wgsl: scalar rules of several tensors of one width, four entries at a time.
//
// The host's list of numbers is in src/engine/gpu/block_kernels.ts.

import package::lib::pointwise::softplus;

struct Gates {
  // what the rule reads, and writes, in its order; the gradients there
  x_0: vec2u,
  x_1: vec2u,
  x_2: vec2u,
  y_0: vec2u,
  y_1: vec2u,
  d_x_0: vec2u,
  d_x_1: vec2u,
  d_x_2: vec2u,
  d_y_0: vec2u,
  d_y_1: vec2u,
  // of all models
  rows: u32,
  // rows of gradients for each row of the run
  each: u32,
  // quads of a row
  width: u32,
}

// reads z, candidate: a = 1 − σ(z), b = σ(z) ⊙ candidate
const MIN_GRU = 1u;
// reads f, i, candidate: a = σ(f) / (σ(f) + σ(i)), b = (1 − a) ⊙ candidate
const MIN_LSTM = 2u;

// log σ(f) − log σ(i): no quotient of two numbers that may both be 0.
fn log_odds(f: vec4f, i: vec4f) -> vec4f {
  return softplus(-i) - softplus(-f);
}
