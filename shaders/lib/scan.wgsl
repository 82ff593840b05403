// scan.wgsl: where the tensors of a selective scan lie, and how a step of it goes.
//
// Channels come four at a time, states too: what four channels keep of four states is a matrix, a column for each state. The
// channels of a group, which share B and C, are padded to quads.

struct Scan {
  u: vec2u,
  // what Δ is made from: its rows before bias and softplus, or, with a rank, what a product with rows of `own` makes them of
  source: vec2u,
  z: vec2u,
  y: vec2u,
  B: vec2u,
  C: vec2u,
  delta: vec2u,
  ungated: vec2u,
  d_u: vec2u,
  d_source: vec2u,
  d_z: vec2u,
  d_y: vec2u,
  d_B: vec2u,
  d_C: vec2u,
  d_ungated: vec2u,
  d_raw: vec2u,
  // [slots, M, B, N, D]: states before steps 0, CHUNK, 2·CHUNK …, and after the last
  states_at: u32,
  slots: u32,
  // gradients at the states before and after, [M, R, N, D]; each sequence's part of the sums; room for sums over channels
  d_before: u32,
  d_after: u32,
  parts: u32,
  sums: u32,
  models: u32,
  steps: u32,
  sequences: u32,
  // rows of gradients for each sequence
  each: u32,
  // D / 4, and of a group
  channels: u32,
  group: u32,
  // N / 4
  states: u32,
  // R / 4; 0 where Δ is given as it is
  rank: u32,
  // 1 where there is a z, where Δ depends on the input, where it goes through softplus, where `own` has the logarithm of −A
  gated: u32,
  driven: u32,
  positive: u32,
  logarithm: u32,
  // 1 where B, and C, are the same at every step
  constant_B: u32,
  constant_C: u32,
  // what the run had of A, [M, N, D], and of B and C that are the same at every step, [M, 2, G, N], for whom looks at it later
  rates: u32,
  kept_sides: u32,
}

// The steps that one dispatch covers: those of a long run are too many for one. They begin where a state is kept.
struct ScanSpan {
  first: u32,
  end: u32,
}

// Steps from one kept state to the next.
const CHUNK = 16u;

// Where states n … n + 3 of a quad of channels lie, the first of them, in [.., N, D].
fn states_row(scan: Scan, slot: u32, m: u32, b: u32, q: u32, c: u32) -> u32 {
  return scan.states_at + (((slot * scan.models + m) * scan.sequences + b) * 4u * scan.states + 4u * q) * scan.channels + c;
}
