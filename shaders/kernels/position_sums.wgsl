// position_sums.wgsl: gradients of learned positions: what came back at each step, over all sequences.
//
// One invocation per quad of a position. Positions that no step had get 0.
//
//   reads    d_tensors         d_y [M, T, B, C]
//            gradients         only where they are added to
//   writes   gradients         [M, P, C] at the sum's place
//
//   M models, T steps, B sequences; P positions; C columns, padded to quads.

import package::lib::batch::Batch;
import package::lib::dispatch::flat_index;
import package::lib::earlier::Earlier;
import package::lib::strip::strip_row;

struct PositionSums {
  d_y: vec2u,
  models: u32,
  steps: u32,
  sequences: u32,
  // C / 4
  columns: u32,
  positions: u32,
  // where they are written, in quads
  sums: u32,
}

@group(0) @binding(0) var<uniform> position_sums: PositionSums;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<uniform> earlier: Earlier;
@group(0) @binding(3) var<storage, read> d_tensors: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradients: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let q = index % position_sums.columns;
  let position = index / position_sums.columns % position_sums.positions;
  let m = index / (position_sums.columns * position_sums.positions);
  if (m >= position_sums.models) {
    return;
  }
  var sum = vec4f(0.0);
  let t = position - earlier.steps;
  if (position >= earlier.steps && t < position_sums.steps) {
    for (var b = 0u; b < position_sums.sequences; b++) {
      sum += d_tensors[strip_row(position_sums.d_y, (m * position_sums.steps + t) * position_sums.sequences + b) + q];
    }
  }
  let at = position_sums.sums + index;
  if (batch.accumulate == 1u) {
    sum += gradients[at];
  }
  gradients[at] = sum;
}
