// layer.wgsl: the sizes of one recurrent layer and where its states lie.
//
// Widths are counted in quads of four units; H and I are padded to whole quads, and the padding holds zeros.
// The two directions of a bidirectional layer are two models, forward at even places and reverse at odd ones: N = M·D.

struct Layer {
  // N = models · directions
  models: u32,
  directions: u32,
  steps: u32,
  sequences: u32,
  // I / 4
  inputs: u32,
  // H / 4
  hidden: u32,
  // sequences that one workgroup of the persistent form owns
  tile: u32,
}

// The part of the time axis that one dispatch covers, counted in the order of reading.
struct Span {
  first: u32,
  count: u32,
}

fn is_reverse(layer: Layer, n: u32) -> bool {
  return layer.directions == 2u && n % 2u == 1u;
}

// The time step that is read as the i-th.
fn step_read(layer: Layer, n: u32, i: u32) -> u32 {
  return select(i, layer.steps - 1u - i, is_reverse(layer, n));
}

// State s after step t, in [S, N, T + 1, B, H] counted in quads. The initial state has the slot before the first step
// read: 0 forward, T in reverse.
fn state_after(layer: Layer, s: u32, n: u32, t: u32, b: u32) -> u32 {
  return state_slot(layer, s, n, select(t + 1u, t, is_reverse(layer, n)), b);
}

fn state_before(layer: Layer, s: u32, n: u32, t: u32, b: u32) -> u32 {
  return state_slot(layer, s, n, select(t, t + 1u, is_reverse(layer, n)), b);
}

fn state_slot(layer: Layer, s: u32, n: u32, slot: u32, b: u32) -> u32 {
  return (((s * layer.models + n) * (layer.steps + 1u) + slot) * layer.sequences + b) * layer.hidden;
}

// Row (n, t, b) of a tensor [N, T, B, …].
fn step_row(layer: Layer, n: u32, t: u32, b: u32) -> u32 {
  return (n * layer.steps + t) * layer.sequences + b;
}
