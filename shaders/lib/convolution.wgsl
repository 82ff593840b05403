// convolution.wgsl: where the tensors of a causal convolution lie.

import package::lib::strip::strip_row;

struct Convolution {
  x: vec2u,
  y: vec2u,
  a: vec2u,
  d_x: vec2u,
  d_y: vec2u,
  d_a: vec2u,
  // the windows before the first step and after the last, and the gradients there; and each sequence's part of the sums
  before: u32,
  after: u32,
  d_before: u32,
  d_after: u32,
  parts: u32,
  models: u32,
  steps: u32,
  sequences: u32,
  // rows of gradients for each sequence
  each: u32,
  // C / 4
  channels: u32,
  taps: u32,
  // a number of pointwise.wgsl
  activation: u32,
  // gradients at what a product made of y, and quads of them
  d_read: vec2u,
  read: u32,
}

// Where an input is, counted from the window's oldest: taps + t is step t of the run, and below that are the inputs before it.
fn input_at(convolution: Convolution, m: u32, place: u32, b: u32, c: u32) -> u32 {
  let earlier = convolution.before + ((m * convolution.sequences + b) * convolution.taps + place) * convolution.channels + c;
  let t = max(place, convolution.taps) - convolution.taps;
  return select(strip_row(convolution.x, (m * convolution.steps + t) * convolution.sequences + b) + c, earlier, place < convolution.taps);
}
