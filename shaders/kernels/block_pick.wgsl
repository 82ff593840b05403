// block_pick.wgsl: many losses at once, each one entry of a block's output: 1 there, 0 everywhere else.
//
// One invocation per quad of a row of gradients.
//
//   reads    picks [R]   step and entry of the loss of each row of gradients; step −1 where it has none
//   writes   d_tensors   d_y [M, T, R, C]
//
//   M models, T steps, R rows of gradients; C columns, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::strip::strip_row;

struct BlockPick {
  d_y: vec2u,
  models: u32,
  steps: u32,
  // R
  rows: u32,
  // C / 4
  columns: u32,
}

@group(0) @binding(0) var<uniform> block_pick: BlockPick;
@group(0) @binding(1) var<storage, read> picks: array<vec2i>;
@group(0) @binding(2) var<storage, read_write> d_tensors: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let q = index % block_pick.columns;
  let row = index / block_pick.columns;
  if (row >= block_pick.models * block_pick.steps * block_pick.rows) {
    return;
  }
  let pick = picks[row % block_pick.rows];
  let t = i32(row / block_pick.rows % block_pick.steps);
  let entries = vec4i(4 * i32(q)) + vec4i(0, 1, 2, 3);
  d_tensors[strip_row(block_pick.d_y, row) + q] = select(vec4f(0.0), vec4f(1.0), (entries == vec4i(pick.y)) & vec4<bool>(pick.x == t));
}
