// linear_scan.wgsl: where the tensors of a recurrence lie whose gates do not see the state.

struct LinearScan {
  a: vec2u,
  b: vec2u,
  h: vec2u,
  d_a: vec2u,
  d_b: vec2u,
  d_h: vec2u,
  // states before the first step and after the last, and the gradients there
  before: u32,
  after: u32,
  d_before: u32,
  d_after: u32,
  models: u32,
  steps: u32,
  sequences: u32,
  // rows of gradients for each sequence
  each: u32,
  // H / 4
  units: u32,
}
