// norm_forward.wgsl: each row of a tensor brought to unit size.
//
// One invocation per row. `layer` takes the mean away first, `rms` does not.
//
//   reads    weight [M, C]
//            bias [M, C]        ignored unless norm.biased
//            tensors            x [M, T, B, C]
//   writes   tensors            y [M, T, B, C]
//
//   M models, T steps, B sequences; C columns, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::norm::{Norm, inverse_of, tail_of};
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> norm: Norm;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> tensors: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = flat_index(workgroup, workgroups, local, 64u);
  if (row >= norm.rows * norm.models) {
    return;
  }
  let x = strip_row(norm.x, row);
  let y = strip_row(norm.y, row);
  let own = row / norm.rows * norm.columns;
  var mean = 0.0;
  if (norm.centred == 1u) {
    for (var q = 0u; q < norm.columns; q++) {
      mean += dot(tensors[x + q], vec4f(1.0));
    }
    mean /= f32(norm.width);
  }
  var squares = 0.0;
  for (var q = 0u; q < norm.columns; q++) {
    let v = (tensors[x + q] - mean) * tail_of(norm.width, q);
    squares += dot(v, v);
  }
  let inverse = inverse_of(vec4f(squares), norm.width).x;
  for (var q = 0u; q < norm.columns; q++) {
    var v = weight[own + q] * (tensors[x + q] - mean) * inverse;
    if (norm.biased == 1u) {
      v += bias[own + q];
    }
    tensors[y + q] = v;
  }
}
