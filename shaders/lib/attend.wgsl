// attend.wgsl: where the tensors of attention lie, and the scores of four queries by four keys, which all its kernels begin with.
//
// Every head's part of a row is padded to quads of its own.

struct Attend {
  q: vec2u,
  k: vec2u,
  v: vec2u,
  y: vec2u,
  d_q: vec2u,
  d_k: vec2u,
  d_v: vec2u,
  d_y: vec2u,
  // [M, B, heads, T], the logarithm of what each row of weights was divided by
  normalizer: u32,
  models: u32,
  steps: u32,
  sequences: u32,
  // rows of gradients for each sequence
  each: u32,
  heads: u32,
  // quads of a head, of queries and keys, and of values
  key_quads: u32,
  value_quads: u32,
  // groups of four steps
  tiles: u32,
  // groups of quads of a head that are made by different invocations
  blocks: u32,
  // 1 / √d
  scale: f32,
  // 1 where queries and keys were turned by their position
  turned: u32,
}

// A score that is not to be seen; no infinity, which a compiler may take for granted that there is none of.
const UNSEEN = -1e30;

// Steps of a tile; those past the last are the last.
fn steps_of(attend: Attend, tile: u32) -> vec4u {
  return min(vec4u(4u * tile) + vec4u(0u, 1u, 2u, 3u), vec4u(attend.steps - 1u));
}

// Where quad 0 of a head is in the rows of these steps.
fn head_rows(strip: vec2u, steps: vec4u, m: u32, all_steps: u32, b: u32, sequences: u32, head: u32) -> vec4u {
  return vec4u(strip.x + head) + ((vec4u(m * all_steps) + steps) * sequences + vec4u(b)) * strip.y;
}

// Which of four queries see key j of a tile: those of its step and later ones, as long as the sequence lasts.
fn sees(queries: u32, keys: u32, j: u32, length: u32) -> vec4<bool> {
  let t = vec4u(4u * queries) + vec4u(0u, 1u, 2u, 3u);
  return (vec4u(4u * keys + j) <= t) & (t < vec4u(length));
}
