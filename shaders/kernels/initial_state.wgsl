// initial_state.wgsl: put the initial states into the slot before the first step read.
//
// One invocation per quad of units of one state of one sequence.
//
//   reads    initial [S, N, B, H]
//   writes   states [S, N, T+1, B, H]
//
//   S states, from the cell. N models · directions, T steps, B sequences, H hidden, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::layer::{Layer, is_reverse, state_slot};
import package::cells::cell::STATES;

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<storage, read> initial: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> states: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index >= STATES * layer.models * layer.sequences * layer.hidden) {
    return;
  }
  let q = index % layer.hidden;
  let b = index / layer.hidden % layer.sequences;
  let n = index / (layer.hidden * layer.sequences) % layer.models;
  let s = index / (layer.hidden * layer.sequences * layer.models);
  let slot = select(0u, layer.steps, is_reverse(layer, n));
  states[state_slot(layer, s, n, slot, b) + q] = initial[index];
}
