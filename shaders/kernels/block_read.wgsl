// block_read.wgsl: what a block layer reads, laid out as its program wants it.
//
// One invocation per quad of a row. The source is seen through a view: vectors given, rows of an embedding picked by token,
// the output of the layer below, dropped in part. Steps that a sequence does not have are 0.
//
//   reads    lengths [B]
//            tokens [T, B]     rows of x, where they are picked
//            columns [X]       which entry of x an entry of a row is; none for padding
//            x [.., K]         seen through block_read.x
//   writes   tensors           x of the program, [M, T, B, X]
//
//   M models, T steps, B sequences; K and X entries of a row there and here, padded to quads.

import package::lib::batch::{Batch, Dropped, kept_quad};
import package::lib::dispatch::flat_index;
import package::lib::strip::strip_row;
import package::lib::view::{View, view_index};

struct BlockRead {
  x: View,
  dropped: Dropped,
  to: vec2u,
  models: u32,
  steps: u32,
  sequences: u32,
  // X / 4
  width: u32,
  // 1 where rows of x are picked by tokens instead of by step and sequence
  picked: u32,
}

@group(0) @binding(0) var<uniform> block_read: BlockRead;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> tokens: array<u32>;
@group(0) @binding(4) var<storage, read> columns: array<u32>;
@group(0) @binding(5) var<storage, read> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> tensors: array<vec4f>;

const NONE = 0xffffffffu;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let rows = block_read.steps * block_read.sequences;
  if (index >= block_read.models * rows * block_read.width) {
    return;
  }
  let q = index % block_read.width;
  let place = index / block_read.width;
  let m = place / rows;
  let row = place % rows;
  let t = row / block_read.sequences;
  let b = row % block_read.sequences;
  var quad = vec4f(0.0);
  if (t < lengths[b]) {
    for (var i = 0u; i < 4u; i++) {
      let column = columns[4u * q + i];
      if (column != NONE) {
        var at = view_index(block_read.x, m, t, b, column);
        if (block_read.picked == 1u) {
          at = view_index(block_read.x, m, tokens[row], 0u, column);
        }
        quad[i] = x[at] * kept_quad(batch, block_read.dropped, m, row, column / 4u)[column % 4u];
      }
    }
  }
  tensors[strip_row(block_read.to, place) + q] = quad;
}
