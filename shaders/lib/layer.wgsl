// layer.wgsl: the sizes of one recurrent layer, where its tensors lie, and how a dispatch covers them.
//
// Widths are counted in quads of four units; H, P and I are padded to whole quads, and the padding holds zeros. The two
// directions of a bidirectional layer are two models, forward at even places and reverse at odd ones: N = M·D. Gradients
// have `rows` sequences for each sequence of the run: many losses may be propagated through one run at once.

struct Layer {
  // N = models · directions
  models: u32,
  directions: u32,
  steps: u32,
  sequences: u32,
  rows: u32,
  // H / 4
  hidden: u32,
  // P / 4, the width of h: H / 4 unless it is projected
  width: u32,
  // planes a step leaves behind: the cell's saved values, and one for what an inner product or a projection multiplies
  planes: u32,
  // planes of gradients: at a_ih, at a_hh where it differs, at the per-unit parameters
  d_planes: u32,
  // 1 where the loss of each row is one entry of y, which d_y then names
  picked: u32,
  // V, where a_ih of each word is made once, and where it lies behind the gates, in quads; 0 where each step has its own
  words: u32,
  word_gates: u32,
}

// The part of a run that one dispatch covers.
struct Span {
  // steps in the order of reading, or of reading backwards
  first: u32,
  count: u32,
  // that a workgroup owns, of rows and quads of units
  items: u32,
}

fn is_reverse(layer: Layer, n: u32) -> bool {
  return layer.directions == 2u && n % 2u == 1u;
}

// The time step that is read as the i-th.
fn step_read(layer: Layer, n: u32, i: u32) -> u32 {
  return select(i, layer.steps - 1u - i, is_reverse(layer, n));
}

// State s of a sequence after step t, in [S, N, T + 1, B, H] counted in quads, for `sequences` = B. The initial state has
// the slot before the first step read: 0 forward, T in reverse.
fn state_after(layer: Layer, sequences: u32, s: u32, n: u32, t: u32, b: u32) -> u32 {
  return state_slot(layer, sequences, s, n, select(t + 1u, t, is_reverse(layer, n)), b);
}

fn state_before(layer: Layer, sequences: u32, s: u32, n: u32, t: u32, b: u32) -> u32 {
  return state_slot(layer, sequences, s, n, select(t, t + 1u, is_reverse(layer, n)), b);
}

fn state_slot(layer: Layer, sequences: u32, s: u32, n: u32, slot: u32, b: u32) -> u32 {
  return (((s * layer.models + n) * (layer.steps + 1u) + slot) * sequences + b) * layer.hidden;
}

// Row (n, t, b) of a tensor [N, T, B, …].
fn step_row(layer: Layer, sequences: u32, n: u32, t: u32, b: u32) -> u32 {
  return (n * layer.steps + t) * sequences + b;
}
