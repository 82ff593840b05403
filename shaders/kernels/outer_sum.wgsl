// outer_sum.wgsl: gradients of a weight matrix: the sum over all steps of what it multiplied times what came back.
//
// One invocation per quad of rows k and quad of columns c of the matrix. With `ones`, one quad of rows is added whose
// first row is the sum of the columns alone: the gradient of a bias. Long sums are cut into slices of rows, which
// sum_slices.wgsl adds up.
//
//   reads    x [.., K]                 seen through sum.x
//            tokens [T, B]             rows of x, where they are picked
//            d [.., C]                 seen through sum.d
//   writes   sums [L, N, K + 4, C]     K rows, or K + 4 with ones
//
//   L slices, N models · directions, T steps, B sequences; K rows and C columns, padded to quads.

import package::lib::view::{View, view_index};

struct OuterSum {
  x: View,
  d: View,
  models: u32,
  directions: u32,
  steps: u32,
  sequences: u32,
  // K / 4
  inner: u32,
  // C / 4
  columns: u32,
  ones: u32,
  slices: u32,
  // 1 where rows of x are picked by tokens instead of by step and sequence
  picked: u32,
}

@group(0) @binding(0) var<uniform> sum: OuterSum;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> tokens: array<u32>;
@group(0) @binding(3) var<storage, read> d: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  let k = id.y;
  let n = id.z / sum.slices;
  let slice = id.z % sum.slices;
  if (c >= sum.columns || k >= sum.inner + sum.ones) {
    return;
  }
  let m = n / sum.directions;
  let direction = n % sum.directions;
  let rows = sum.steps * sum.sequences;
  let first = slice * rows / sum.slices;
  let end = (slice + 1u) * rows / sum.slices;
  var total: array<vec4f, 4>;
  for (var row = first; row < end; row++) {
    let t = row / sum.sequences;
    let b = row % sum.sequences;
    var v = vec4f(1.0, 0.0, 0.0, 0.0);
    if (k < sum.inner) {
      if (sum.picked == 1u) {
        v = x[(direction * sum.x.direction_stride + view_index(sum.x, m, tokens[row], 0u, 4u * k)) / 4u];
      } else {
        v = x[(direction * sum.x.direction_stride + view_index(sum.x, m, t, b, 4u * k)) / 4u];
      }
    }
    let quad = d[(direction * sum.d.direction_stride + view_index(sum.d, m, t, b, 4u * c)) / 4u];
    total[0] = fma(vec4f(v.x), quad, total[0]);
    total[1] = fma(vec4f(v.y), quad, total[1]);
    total[2] = fma(vec4f(v.z), quad, total[2]);
    total[3] = fma(vec4f(v.w), quad, total[3]);
  }
  let height = 4u * (sum.inner + sum.ones);
  for (var i = 0u; i < 4u; i++) {
    sums[((slice * sum.models + n) * height + 4u * k + i) * sum.columns + c] = total[i];
  }
}
