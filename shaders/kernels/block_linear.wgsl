// block_linear.wgsl: a product of a block's tensor with a matrix, and all that goes with it: the same forward and back.
//
// y = (w · x + bias) ⊙ slope(values) + plus. One invocation per four rows and two quads of columns. On the way back `plus` is
// what has arrived so far, and the slope is that of the non-linearity that x was read through. Some columns may be left a
// second time, through a non-linearity, or turned by their position, and x may be brought to unit size first, row by row: then
// what reads them, or made x, needs no dispatch of its own. A workgroup's rows are measured by all of it together.
//
//   reads    values                what slope is taken of
//            w [M, K, C]
//            bias [M, C]           ignored unless linear.biased
//            scale, shift [M, K]   of a norm
//            turns [T, P, 2]       cosine and sine of each plane's angle, where columns are turned
//            tensors               x [M, T, R, K], plus [M, T, R, C]
//   writes   tensors               y [M, T, R, C], second [M, T, R, ..], normed [M, T, R, K]
//
//   M models, T steps, R rows of gradients, or sequences; K inner size and C columns, padded to quads; P planes of a head.

import package::lib::earlier::Earlier;
import package::lib::norm::{inverse_of, tail_of};
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
  // where x brought to unit size is left; K without padding, 1 where the mean is taken away first, and where shift is added
  normed: vec2u,
  width: u32,
  centred: u32,
  shifted: u32,
}

@group(0) @binding(0) var<uniform> linear: Linear;
@group(0) @binding(1) var<uniform> earlier: Earlier;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
@group(0) @binding(3) var<storage, read> w: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read> scale: array<vec4f>;
@group(0) @binding(6) var<storage, read> shift: array<vec4f>;
@group(0) @binding(7) var<storage, read> turns: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> tensors: array<vec4f>;

// Numbers of pointwise.wgsl; 0 for nothing. SECOND may be TURNED.
override SLOPE: u32 = 0u;
override SECOND: u32 = 0u;

// Whether x is brought to unit size first.
override NORMED = false;

const TURNED = 9u;
// quads of columns of a workgroup, and rows
const TILE = 8u;

var<workgroup> parts: array<vec4f, TILE * TILE>;

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m = workgroup.z;
  let rows = linear.steps * linear.sequences;
  let near = workgroup.x * 2u * TILE + local.x;
  let far = min(near + TILE, linear.columns - 1u);
  let first = (workgroup.y * TILE + local.y) * 4u;
  let inside = near < linear.columns && first < rows;
  let last = m * rows + rows - 1u;
  let row = min(m * rows + first, last);
  let x0 = strip_row(linear.x, row);
  let x1 = strip_row(linear.x, min(row + 1u, last));
  let x2 = strip_row(linear.x, min(row + 2u, last));
  let x3 = strip_row(linear.x, min(row + 3u, last));
  var mean = vec4f(0.0);
  var inverse = vec4f(1.0);
  if (NORMED) {
    if (linear.centred == 1u) {
      var part = vec4f(0.0);
      for (var k = local.x; k < linear.inner; k += TILE) {
        part += transpose(rows_at(x0, x1, x2, x3, k)) * vec4f(1.0);
      }
      mean = together(part, local) / f32(linear.width);
    }
    var part = vec4f(0.0);
    for (var k = local.x; k < linear.inner; k += TILE) {
      let away = rows_at(x0, x1, x2, x3, k) - mat4x4f(vec4f(mean.x), vec4f(mean.y), vec4f(mean.z), vec4f(mean.w));
      let tail = tail_of(linear.width, k);
      part += vec4f(dot(away[0] * away[0], tail), dot(away[1] * away[1], tail), dot(away[2] * away[2], tail), dot(away[3] * away[3], tail));
    }
    inverse = inverse_of(together(part, local), linear.width);
  }

  var w_at = m * 4u * linear.inner * linear.columns;
  // columns: rows of the result
  var of_near = mat4x4f();
  var of_far = mat4x4f();
  for (var k = 0u; k < select(0u, linear.inner, inside); k++) {
    var x = rows_at(x0, x1, x2, x3, k);
    if (NORMED) {
      x = to_unit(x, mean, inverse, m * linear.inner + k);
      if (near == 0u) {
        for (var i = 0u; i < min(4u, rows - first); i++) {
          tensors[strip_row(linear.normed, row + i) + k] = x[i];
        }
      }
    }
    of_near += mat4x4f(w[w_at + near], w[w_at + linear.columns + near], w[w_at + 2u * linear.columns + near], w[w_at + 3u * linear.columns + near]) * x;
    of_far += mat4x4f(w[w_at + far], w[w_at + linear.columns + far], w[w_at + 2u * linear.columns + far], w[w_at + 3u * linear.columns + far]) * x;
    w_at += 4u * linear.columns;
  }
  for (var i = 0u; i < 8u; i++) {
    let column = select(near, near + TILE, i > 3u);
    if (inside && column < linear.columns && first + i % 4u < rows) {
      leave(m, first + i % 4u, column, select(of_near[i % 4u], of_far[i % 4u], i > 3u));
    }
  }
}

fn rows_at(x0: u32, x1: u32, x2: u32, x3: u32, k: u32) -> mat4x4f {
  return mat4x4f(tensors[x0 + k], tensors[x1 + k], tensors[x2 + k], tensors[x3 + k]);
}

// The sum of the parts that the invocations of a line of the workgroup have, at each of them.
fn together(part: vec4f, local: vec3u) -> vec4f {
  workgroupBarrier();
  parts[local.y * TILE + local.x] = part;
  workgroupBarrier();
  var sum = vec4f(0.0);
  for (var i = 0u; i < TILE; i++) {
    sum += parts[local.y * TILE + i];
  }
  return sum;
}

// Quad k of four rows, brought to unit size. @param at - of the scale
fn to_unit(x: mat4x4f, mean: vec4f, inverse: vec4f, at: u32) -> mat4x4f {
  var y: mat4x4f;
  for (var i = 0u; i < 4u; i++) {
    y[i] = scale[at] * (x[i] - mean[i]) * inverse[i];
    if (linear.shifted == 1u) {
      y[i] += shift[at];
    }
  }
  return y;
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
