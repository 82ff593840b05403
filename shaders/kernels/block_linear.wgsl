// block_linear.wgsl: a product of a block's tensor with a matrix, and all that goes with it: the same forward and back.
//
// y = (w · x + bias) ⊙ slope(values) + plus. One invocation per four rows and two quads of columns. On the way back `plus` is
// what has arrived so far, and the slope is that of the non-linearity that x was read through. Some columns may be left a
// second time, through a non-linearity, or turned by their position: then what reads them needs no dispatch of its own.
//
//   reads    values                what slope is taken of
//            w [M, K, C]
//            bias [M, C]           ignored unless linear.biased
//            turns [T, P, 2]       cosine and sine of each plane's angle, where columns are turned
//            tensors               x [M, T, R, K], plus [M, T, R, C]
//   writes   tensors               y [M, T, R, C], second [M, T, R, ..]
//
//   M models, T steps, R rows of gradients, or sequences; K inner size and C columns, padded to quads; P planes of a head.

import package::lib::earlier::Earlier;
import package::lib::pointwise::{pointwise, pointwise_slope};
import package::lib::strip::strip_row;

struct Linear {
  x: vec2u,
  y: vec2u,
  plus: vec2u,
  second: vec2u,
  values: vec2u,
  steps: u32,
  sequences: u32,
  // rows of gradients for each sequence
  each: u32,
  // K / 4
  inner: u32,
  // C / 4
  columns: u32,
  biased: u32,
  added: u32,
  // the first so many quads are left a second time
  seconds: u32,
  // quads of a head, where columns are turned
  head: u32,
}

@group(0) @binding(0) var<uniform> linear: Linear;
@group(0) @binding(1) var<uniform> earlier: Earlier;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
@group(0) @binding(3) var<storage, read> w: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read> turns: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> tensors: array<vec4f>;

// Numbers of pointwise.wgsl; 0 for nothing. SECOND may be TURNED.
override SLOPE: u32 = 0u;
override SECOND: u32 = 0u;

const TURNED = 9u;
// quads of columns of a workgroup, and rows
const TILE = 8u;

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m = workgroup.z;
  let rows = linear.steps * linear.sequences;
  let near = workgroup.x * 2u * TILE + local.x;
  let far = min(near + TILE, linear.columns - 1u);
  let first = (workgroup.y * TILE + local.y) * 4u;
  if (near >= linear.columns || first >= rows) {
    return;
  }
  let last = m * rows + rows - 1u;
  let row = m * rows + first;
  let x0 = strip_row(linear.x, row);
  let x1 = strip_row(linear.x, min(row + 1u, last));
  let x2 = strip_row(linear.x, min(row + 2u, last));
  let x3 = strip_row(linear.x, min(row + 3u, last));
  var w_at = m * 4u * linear.inner * linear.columns;
  // columns: rows of the result
  var of_near = mat4x4f();
  var of_far = mat4x4f();
  for (var k = 0u; k < linear.inner; k++) {
    let x = mat4x4f(tensors[x0 + k], tensors[x1 + k], tensors[x2 + k], tensors[x3 + k]);
    of_near += mat4x4f(w[w_at + near], w[w_at + linear.columns + near], w[w_at + 2u * linear.columns + near], w[w_at + 3u * linear.columns + near]) * x;
    of_far += mat4x4f(w[w_at + far], w[w_at + linear.columns + far], w[w_at + 2u * linear.columns + far], w[w_at + 3u * linear.columns + far]) * x;
    w_at += 4u * linear.columns;
  }
  for (var i = 0u; i < 8u; i++) {
    let column = select(near, near + TILE, i > 3u);
    if (column < linear.columns && first + i % 4u < rows) {
      leave(m, first + i % 4u, column, select(of_near[i % 4u], of_far[i % 4u], i > 3u));
    }
  }
}

fn leave(m: u32, row: u32, column: u32, product: vec4f) {
  let place = m * linear.steps * linear.sequences + row;
  var y = product;
  if (linear.biased == 1u) {
    y += bias[m * linear.columns + column];
  }
  if (SLOPE > 0u) {
    y *= pointwise_slope(SLOPE, values[strip_row(linear.values, place / linear.each) + column]);
  }
  if (linear.added == 1u) {
    y += tensors[strip_row(linear.plus, place) + column];
  }
  tensors[strip_row(linear.y, place) + column] = y;
  if (SECOND == TURNED) {
    if (column < linear.seconds) {
      let turn = turns[(earlier.steps + row / linear.sequences) * linear.head + column % linear.head];
      tensors[strip_row(linear.second, place) + column] =
        vec4f(y.x * turn.x - y.y * turn.y, y.x * turn.y + y.y * turn.x, y.z * turn.z - y.w * turn.w, y.z * turn.w + y.w * turn.z);
    }
  } else if (SECOND > 0u) {
    tensors[strip_row(linear.second, place) + column] = pointwise(SECOND, y);
  }
}
