// norm_backward.wgsl: gradients back through rows brought to unit size.
//
// One invocation per row of gradients. With s the inverse size, x̂ the row brought to unit size and d = weight ⊙ d_y:
// d_x = s · (d − mean(d) − x̂ · mean(d ⊙ x̂)), the middle term only where the mean was taken away.
//
//   reads    weight [M, C]
//            tensors            x [M, T, B, C]
//            d_tensors          d_y [M, T, R, C], and what has arrived at x so far
//   writes   d_tensors          d_x [M, T, R, C], d_weight = d_y ⊙ x̂ [M, T, R, C], which sums to the weight's gradient
//
//   M models, T steps, B sequences, R rows of gradients; C columns, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::norm::{Norm, inverse_of, tail_of};
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> norm: Norm;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> d_tensors: array<vec4f>;

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
  let x = strip_row(norm.x, row / norm.each);
  let d_y = strip_row(norm.d_y, row);
  let own = row / norm.rows * norm.columns;
  var mean = 0.0;
  if (norm.centred == 1u) {
    for (var q = 0u; q < norm.columns; q++) {
      mean += dot(tensors[x + q], vec4f(1.0));
    }
    mean /= f32(norm.width);
  }
  var squares = 0.0;
  var sum = 0.0;
  var along = 0.0;
  for (var q = 0u; q < norm.columns; q++) {
    let v = (tensors[x + q] - mean) * tail_of(norm.width, q);
    let d = weight[own + q] * d_tensors[d_y + q];
    squares += dot(v, v);
    sum += dot(d, vec4f(1.0));
    along += dot(d, v);
  }
  let inverse = inverse_of(vec4f(squares), norm.width).x;
  let shift = select(0.0, sum / f32(norm.width), norm.centred == 1u);
  let lean = along * inverse / f32(norm.width);
  for (var q = 0u; q < norm.columns; q++) {
    let unit = (tensors[x + q] - mean) * inverse * tail_of(norm.width, q);
    let d = d_tensors[d_y + q];
    var d_x = inverse * (weight[own + q] * d - shift - unit * lean) * tail_of(norm.width, q);
    if (norm.added == 1u) {
      d_x += d_tensors[strip_row(norm.plus, row) + q];
    }
    d_tensors[strip_row(norm.d_weight, row) + q] = d * unit;
    d_tensors[strip_row(norm.d_x, row) + q] = d_x;
  }
}
