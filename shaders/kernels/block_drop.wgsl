// block_drop.wgsl: gradients sent back to outputs that were dropped in part, in place.
//
// One invocation per quad of a row.
//
//   reads    d_tensors   d_x [M, T, B, X]
//   writes   d_tensors   the same, 0 where an output was dropped
//
//   M models, T steps, B sequences; X entries of a row, padded to quads.

import package::lib::batch::{Batch, Dropped, kept_quad};
import package::lib::dispatch::flat_index;
import package::lib::strip::strip_row;

struct BlockDrop {
  dropped: Dropped,
  d_x: vec2u,
  models: u32,
  // of a model
  rows: u32,
  // X / 4
  width: u32,
}

@group(0) @binding(0) var<uniform> block_drop: BlockDrop;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read_write> d_tensors: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let q = index % block_drop.width;
  let row = index / block_drop.width;
  if (row >= block_drop.models * block_drop.rows) {
    return;
  }
  d_tensors[strip_row(block_drop.d_x, row) + q] *= kept_quad(batch, block_drop.dropped, row / block_drop.rows, row % block_drop.rows, q);
}
