// gather.wgsl: copy a signal out of the buffers of a run into rows of its own, for reading back.
//
// One invocation per entry. Steps past a sequence's length are written as 0.
//
//   reads    values           the buffer that holds the signal, seen through the view
//            lengths [B]
//   writes   signal [M, T, B, W]
//
//   M models, T steps, B sequences, W width of the signal.

import package::lib::activation::activate;
import package::lib::dispatch::flat_index;
import package::lib::signal::{SignalView, entry_at};
import package::lib::view::view_index;

@group(0) @binding(0) var<uniform> view: SignalView;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> signal: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index >= view.models * view.steps * view.sequences * view.width) {
    return;
  }
  let entry = entry_at(view, index);
  let value = activate(view.place.activation, values[view_index(view.place, entry.m, entry.t, entry.b, entry.u)]);
  signal[index] = select(value, 0.0, entry.t >= lengths[entry.b]);
}
