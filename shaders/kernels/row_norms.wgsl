// row_norms.wgsl: how large the gradient of each loss is at each step: norms of rows of d_x.
//
// One invocation per step and row. The row is scaled by its largest entry first, so that squares neither overflow nor
// vanish.
//
//   reads    d_x [M, T, R, I]
//   writes   norms [T, L]      of the rows from row_norms.first_row on, of one model
//
//   M models, T steps, R rows of gradients, L losses of one sequence; I inputs, padded to quads.

import package::lib::dispatch::flat_index;

struct RowNorms {
  steps: u32,
  rows: u32,
  losses: u32,
  first_row: u32,
  model: u32,
  // I / 4
  inputs: u32,
}

@group(0) @binding(0) var<uniform> row_norms: RowNorms;
@group(0) @binding(1) var<storage, read> d_x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> norms: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index >= row_norms.steps * row_norms.losses) {
    return;
  }
  let t = index / row_norms.losses;
  let row = row_norms.first_row + index % row_norms.losses;
  let start = ((row_norms.model * row_norms.steps + t) * row_norms.rows + row) * row_norms.inputs;
  var largest = 0.0;
  for (var i = 0u; i < row_norms.inputs; i++) {
    let v = abs(d_x[start + i]);
    largest = max(largest, max(max(v.x, v.y), max(v.z, v.w)));
  }
  // The smallest normal number and below: nothing that could be divided by.
  if (largest < 1.2e-38) {
    norms[index] = 0.0;
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < row_norms.inputs; i++) {
    let v = d_x[start + i] / largest;
    sum += dot(v, v);
  }
  norms[index] = largest * sqrt(sum);
}
