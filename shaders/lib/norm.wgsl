// norm.wgsl: what bringing rows to unit size needs, forward and back.

struct Norm {
  x: vec2u,
  y: vec2u,
  // gradients: at x, at y, y's times the row brought to unit size, and what has arrived at x so far
  d_x: vec2u,
  d_y: vec2u,
  d_weight: vec2u,
  plus: vec2u,
  // of a model
  rows: u32,
  // rows of gradients for each row of the run
  each: u32,
  models: u32,
  // C / 4, and without padding C
  columns: u32,
  width: u32,
  // 1 where the mean is taken away first
  centred: u32,
  biased: u32,
  added: u32,
}

const EPSILON = 1e-5;

// What rows are multiplied by, from the sums of their squares.
fn inverse_of(squares: vec4f, width: u32) -> vec4f {
  return 1.0 / sqrt(squares / f32(width) + EPSILON);
}

// 1 for what belongs to a row, 0 for padding.
fn tail_of(width: u32, q: u32) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), vec4u(4u * q, 4u * q + 1u, 4u * q + 2u, 4u * q + 3u) < vec4u(width));
}
