// embedding_gradient.wgsl: gradients of an embedding's rows: the sum of the gradients at the steps that read them.
//
// One invocation per quad of one row, so that no two write to one place and the order of the sum is fixed.
//
//   reads    tokens [T, B]
//            d_x [M, T, B, E]
//   writes   d_table [M, V, E]
//
//   M models, T steps, B sequences, V rows; E columns, padded to quads.

import package::lib::dispatch::flat_index;

struct Embedding {
  models: u32,
  // T · B
  reads: u32,
  rows: u32,
  // E / 4
  columns: u32,
}

@group(0) @binding(0) var<uniform> embedding: Embedding;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> d_x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> d_table: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index >= embedding.models * embedding.rows * embedding.columns) {
    return;
  }
  let c = index % embedding.columns;
  let row = index / embedding.columns % embedding.rows;
  let m = index / (embedding.columns * embedding.rows);
  var sum = vec4f(0.0);
  for (var i = 0u; i < embedding.reads; i++) {
    if (tokens[i] == row) {
      sum += d_x[(m * embedding.reads + i) * embedding.columns + c];
    }
  }
  d_table[index] = sum;
}
