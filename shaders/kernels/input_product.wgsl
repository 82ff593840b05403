// input_product.wgsl: what the input sends to every gate of every unit, for all steps at once.
//
// a_ih = w_ih · x + b_ih. A workgroup makes a tile of 32 rows (a step of a sequence each) by 8 quads of gate units;
// an invocation keeps 4 rows of one quad in registers. x is read through a view, so that it may be given vectors, rows
// of an embedding picked by token, or the output of the layer below, wherever that lies.
//
//   reads    x [.., I]          seen through source_view
//            tokens [T, B]      rows of x, where the model reads words
//            w_ih [N, I, G, H]
//            b_ih [N, G, H]
//   writes   gates [N, T, B, K, H]  the first G of K planes
//
//   G gates, K saved values per unit, from the cell. N models · directions, T steps, B sequences, I inputs and H hidden,
//   padded to quads.

import package::lib::layer::Layer;
import package::lib::view::{View, view_index};
import package::lib::product::add_product;
import package::cells::cell::{GATES, SAVED};

struct Source {
  view: View,
  // 1 where rows of x are picked by tokens
  picked: u32,
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> source: Source;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> tokens: array<u32>;
@group(0) @binding(4) var<storage, read> w_ih: array<vec4f>;
@group(0) @binding(5) var<storage, read> b_ih: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> gates: array<vec4f>;

const TILE_ROWS = 32u;
const TILE_QUADS = 8u;
// quads of inputs; small, because software adapters compile a shader in time proportional to its workgroup memory
const TILE_INPUTS = 2u;

var<workgroup> x_tile: array<array<vec4f, TILE_INPUTS>, TILE_ROWS>;
var<workgroup> w_tile: array<array<vec4f, TILE_QUADS>, 4u * TILE_INPUTS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = workgroup.z;
  let m = n / layer.directions;
  let rows = layer.steps * layer.sequences;
  let quads = GATES * layer.hidden;
  let first_row = workgroup.y * TILE_ROWS;
  let first_quad = workgroup.x * TILE_QUADS;
  let own_row = local / TILE_QUADS * 4u;
  let own_quad = local % TILE_QUADS;
  let quad = first_quad + own_quad;

  var sum: array<vec4f, 4>;
  for (var k = 0u; k < layer.inputs; k += TILE_INPUTS) {
    for (var i = local; i < TILE_ROWS * TILE_INPUTS; i += 64u) {
      x_tile[i / TILE_INPUTS][i % TILE_INPUTS] = input_quad(m, first_row + i / TILE_INPUTS, k + i % TILE_INPUTS);
    }
    for (var i = local; i < 4u * TILE_INPUTS * TILE_QUADS; i += 64u) {
      let row = 4u * k + i / TILE_QUADS;
      let column = first_quad + i % TILE_QUADS;
      var w = vec4f(0.0);
      if (row < 4u * layer.inputs && column < quads) {
        w = w_ih[(n * 4u * layer.inputs + row) * quads + column];
      }
      w_tile[i / TILE_QUADS][i % TILE_QUADS] = w;
    }
    workgroupBarrier();
    for (var i = 0u; i < TILE_INPUTS; i++) {
      let w0 = w_tile[4u * i][own_quad];
      let w1 = w_tile[4u * i + 1u][own_quad];
      let w2 = w_tile[4u * i + 2u][own_quad];
      let w3 = w_tile[4u * i + 3u][own_quad];
      for (var r = 0u; r < 4u; r++) {
        sum[r] = add_product(sum[r], x_tile[own_row + r][i], w0, w1, w2, w3);
      }
    }
    workgroupBarrier();
  }

  if (quad >= quads) {
    return;
  }
  let bias = b_ih[n * quads + quad];
  for (var r = 0u; r < 4u; r++) {
    let row = first_row + own_row + r;
    if (row < rows) {
      gates[(n * rows + row) * SAVED * layer.hidden + quad] = sum[r] + bias;
    }
  }
}

// Quad k of what the network reads at a row, 0 outside.
fn input_quad(m: u32, row: u32, k: u32) -> vec4f {
  if (row >= layer.steps * layer.sequences || k >= layer.inputs) {
    return vec4f(0.0);
  }
  if (source.picked == 1u) {
    return x[view_index(source.view, m, tokens[row], 0u, 4u * k) / 4u];
  }
  return x[view_index(source.view, m, row / layer.sequences, row % layer.sequences, 4u * k) / 4u];
}
