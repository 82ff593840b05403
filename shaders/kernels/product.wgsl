// product.wgsl: rows of a tensor times a matrix, plus a bias, for all steps at once.
//
// What the input sends to the gates, what the gates send back to the input, what the output sends to the classes. A
// workgroup makes a tile of 32 rows (a step of a sequence each) by 8 quads of columns; an invocation keeps 4 rows of one
// quad in registers. x is read through a view, so that it may be given vectors, rows of an embedding picked by token, the
// output of the layer below, or gradients of both directions side by side. In training parts of a layer's output are
// dropped where the layer above reads it, and so are their gradients where they are sent back.
//
//   reads    x [.., K]        seen through product.x
//            tokens [T, B]    rows of x, where they are picked
//            w [N, K, C]
//            bias [N, C]      ignored unless product.biased
//   writes   y [N, T, B, ..]  the first C of product.row columns
//
//   N models · directions, T steps, B sequences; K inner size and C columns, padded to quads.

import package::lib::batch::{Batch, Dropped, kept_quad};
import package::lib::product::add_product;
import package::lib::view::{View, view_index};

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

const TILE_ROWS = 32u;
const TILE_COLUMNS = 8u;
// quads of the inner size; small, because software adapters compile a shader in time proportional to its workgroup memory
const TILE_INNER = 2u;

var<workgroup> x_tile: array<array<vec4f, TILE_INNER>, TILE_ROWS>;
var<workgroup> w_tile: array<array<vec4f, TILE_COLUMNS>, 4u * TILE_INNER>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = workgroup.z;
  let rows = product.steps * product.sequences;
  let first_row = workgroup.y * TILE_ROWS;
  let first_column = workgroup.x * TILE_COLUMNS;
  let own_row = local / TILE_COLUMNS * 4u;
  let own_column = local % TILE_COLUMNS;
  let column = first_column + own_column;

  var sum: array<vec4f, 4>;
  for (var k = 0u; k < product.inner; k += TILE_INNER) {
    for (var i = local; i < TILE_ROWS * TILE_INNER; i += 64u) {
      x_tile[i / TILE_INNER][i % TILE_INNER] = x_quad(n, first_row + i / TILE_INNER, k + i % TILE_INNER);
    }
    for (var i = local; i < 4u * TILE_INNER * TILE_COLUMNS; i += 64u) {
      let row = 4u * k + i / TILE_COLUMNS;
      let c = first_column + i % TILE_COLUMNS;
      var quad = vec4f(0.0);
      if (row < 4u * product.inner && c < product.columns) {
        quad = w[(n * 4u * product.inner + row) * product.columns + c];
      }
      w_tile[i / TILE_COLUMNS][i % TILE_COLUMNS] = quad;
    }
    workgroupBarrier();
    for (var i = 0u; i < TILE_INNER; i++) {
      let w0 = w_tile[4u * i][own_column];
      let w1 = w_tile[4u * i + 1u][own_column];
      let w2 = w_tile[4u * i + 2u][own_column];
      let w3 = w_tile[4u * i + 3u][own_column];
      for (var r = 0u; r < 4u; r++) {
        sum[r] = add_product(sum[r], x_tile[own_row + r][i], w0, w1, w2, w3);
      }
    }
    workgroupBarrier();
  }

  if (column >= product.columns) {
    return;
  }
  var start = vec4f(0.0);
  if (product.biased == 1u) {
    start = bias[n * product.columns + column];
  }
  for (var r = 0u; r < 4u; r++) {
    let row = first_row + own_row + r;
    if (row < rows) {
      y[(n * rows + row) * product.row + column] = (sum[r] + start) * kept_quad(batch, product.y_dropped, n / product.directions, row, column);
    }
  }
}

// Quad k of a row of x, 0 outside.
fn x_quad(n: u32, row: u32, k: u32) -> vec4f {
  if (row >= product.steps * product.sequences || k >= product.inner) {
    return vec4f(0.0);
  }
  let m = n / product.directions;
  let start = n % product.directions * product.x.direction_stride;
  if (product.picked == 1u) {
    return x[(start + view_index(product.x, m, tokens[row], 0u, 4u * k)) / 4u];
  }
  let quad = x[(start + view_index(product.x, m, row / product.sequences, row % product.sequences, 4u * k)) / 4u];
  return quad * kept_quad(batch, product.x_dropped, m, row, k);
}
