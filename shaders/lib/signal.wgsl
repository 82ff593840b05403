// signal.wgsl: a signal of a run as a reader sees it: its place in a buffer and its shape.

import package::lib::view::View;

struct SignalView {
  place: View,
  models: u32,
  steps: u32,
  sequences: u32,
  width: u32,
}

struct Entry {
  m: u32,
  t: u32,
  b: u32,
  u: u32,
}

// The entry at a place in row-major order of [M, T, B, W].
fn entry_at(view: SignalView, index: u32) -> Entry {
  let u = index % view.width;
  let b = index / view.width % view.sequences;
  let t = index / (view.width * view.sequences) % view.steps;
  let m = index / (view.width * view.sequences * view.steps);
  return Entry(m, t, b, u);
}
