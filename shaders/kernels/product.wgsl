// product.wgsl: rows of a tensor times a matrix, plus a bias, for all steps at once.
//
// What the input sends to the gates, what the gates send back to the input, what the output sends to the classes. An
// invocation keeps ROWS rows of QUADS quads of columns in registers, so that what it reads is used many times: a quad read
// costs as much as nine multiplied. Its quads lie a workgroup's width apart, so that neighbours read neighbouring weights;
// neighbours that share make the same rows, and each reads some of them.
// x is read through a view, so that it may be given vectors, rows of an embedding picked by token, the output of the layer
// below, or gradients of both directions side by side. In training parts of a layer's output are dropped where the layer
// above reads it, and so are their gradients where they are sent back.
//
//   reads    x [.., K]        seen through product.x
//            tokens [T, B]    rows of x, where they are picked
//            w [N, K, C]
//            bias [N, C]      ignored unless product.biased
//   writes   y [N, T, B, ..]  the first C of product.row columns
//
//   N models · directions, T steps, B sequences; K inner size and C columns, padded to quads.

import package::lib::batch::{Batch, Dropped, kept_quad};
import package::lib::neighbours::{Invocation, SHARERS, place_of, told};
import package::lib::view::View;

struct Product {
  x: View,
  x_dropped: Dropped,
  y_dropped: Dropped,
  models: u32,
  directions: u32,
  steps: u32,
  sequences: u32,
  // K / 4
  inner: u32,
  // C / 4
  columns: u32,
  // from row to row of y, in quads
  row: u32,
  biased: u32,
  // 1 where rows of x are picked by tokens instead of by step and sequence
  picked: u32,
}

@group(0) @binding(0) var<uniform> product: Product;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> tokens: array<u32>;
@group(0) @binding(4) var<storage, read> w: array<vec4f>;
@group(0) @binding(5) var<storage, read> bias: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

// Whether anything may be dropped; not in the uniform, because some adapters run both sides of a branch.
override DROPPED = false;

// What an invocation makes; the host chooses.
const ROWS = 8u;
const QUADS = 2u;

// Invocations of a workgroup.
const ACROSS = 8u;
const DOWN = 8u;

@compute @workgroup_size(ACROSS * DOWN)
fn main(@builtin(workgroup_id) workgroup: vec3u, invocation: Invocation) {
  let place = place_of(invocation);
  let n = workgroup.z;
  let m = n / product.directions;
  let rows = product.steps * product.sequences;
  let first_row = (workgroup.y * DOWN + place / ACROSS) * ROWS;
  let first_column = workgroup.x * ACROSS * QUADS + place % ACROSS;

  // Rows and columns past the last repeat it, and are not stored.
  let first_read = first_row + place % SHARERS;
  var row_start: array<u32, ROWS>;
  for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
    row_start[i] = row_of_x(n, min(first_read + i * SHARERS, rows - 1u));
  }
  var column: array<u32, QUADS>;
  for (var c = 0u; c < QUADS; c++) { // written out
    column[c] = min(first_column + c * ACROSS, product.columns - 1u);
  }

  let columns = product.columns;
  var sum: array<vec4f, ROWS * QUADS>;
  let group_quads = min(product.x.group_width / 4u, product.inner);
  let end = select(0u, product.inner, first_row < rows);
  var block_start = n * product.inner * 4u * product.columns;
  for (var first = 0u; first < end; first += group_quads) {
    let group_start = first / group_quads * (product.x.group_stride / 4u);
    for (var k = 0u; k < group_quads; k++) {
      var v: array<vec4f, ROWS>;
      for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
        var mine = x[row_start[i] + group_start + k];
        if (DROPPED) {
          mine *= kept_quad(batch, product.x_dropped, m, first_read + i * SHARERS, first + k);
        }
        let quads = told(mine);
        for (var s = 0u; s < SHARERS; s++) { // written out
          v[i * SHARERS + s] = quads[s];
        }
      }
      for (var c = 0u; c < QUADS; c++) { // written out
        let at = block_start + column[c];
        let block = mat4x4f(w[at], w[at + columns], w[at + 2u * columns], w[at + 3u * columns]);
        for (var r = 0u; r < ROWS; r++) { // written out
          sum[r * QUADS + c] += block * v[r];
        }
      }
      block_start += 4u * columns;
    }
  }

  // Indexed by counters, which would put the sums themselves into memory.
  var total = sum;
  for (var c = 0u; c < QUADS; c++) {
    let own_column = first_column + c * ACROSS;
    if (own_column < product.columns) {
      var start = vec4f(0.0);
      if (product.biased == 1u) {
        start = bias[n * product.columns + own_column];
      }
      for (var r = 0u; r < ROWS; r++) {
        let row = first_row + r;
        if (row < rows) {
          var quad = total[r * QUADS + c] + start;
          if (DROPPED) {
            quad *= kept_quad(batch, product.y_dropped, m, row, own_column);
          }
          y[(n * rows + row) * product.row + own_column] = quad;
        }
      }
    }
  }
}

// Where a row of x begins, in quads.
fn row_of_x(n: u32, row: u32) -> u32 {
  var at = product.x.offset + n % product.directions * product.x.direction_stride + n / product.directions * product.x.model_stride;
  if (product.picked == 1u) {
    at += tokens[row] * product.x.step_stride;
  } else {
    let t = row / product.sequences;
    at += t * product.x.step_stride + (row - t * product.sequences) * product.x.sequence_stride;
  }
  return at / 4u;
}
