// recurrent_persistent.wgsl: advance a tile of the batch through a span of steps in one dispatch.
//
// A workgroup owns a tile of sequences and all their units. The hidden states of the last step stay in workgroup memory,
// in two halves that swap roles, so a step costs one barrier (two with an inner product) instead of one dispatch. No
// workgroup waits for another. The sums run in the same order as in recurrent_step.wgsl.
//
//   reads    w_hh [N, H, G, H]
//            b_hh [N, G, H]
//            lengths [B]
//            states [S, N, T+1, B, H]
//            gates [N, T, B, K, H]   a_ih in its first G planes
//   writes   states, gates           the next slots; the saved values, over a_ih
//
//   G gates, S states, K saved values per unit, from the cell. N models · directions, T steps, B sequences, H hidden,
//   padded to quads.

import package::lib::layer::{Layer, Span, state_after, state_before, step_read, step_row};
import package::lib::product::add_product;
import package::cells::cell::{GATES, INNER_GATES, SAVED, STATES, forward, operand};

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> w_hh: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_hh: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> gates: array<vec4f>;

override WORKGROUP: u32;
// room for the quads of a tile
override TILE_QUADS: u32;
// the same where the cell has an inner product, else 1
override INNER_QUADS: u32;

// The first gate that multiplies the inner operand; all gates multiply h where there is none.
const FIRST_GATE = (GATES - INNER_GATES) % GATES;

var<workgroup> h: array<vec4f, 2 * TILE_QUADS>;
var<workgroup> inner: array<vec4f, INNER_QUADS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = workgroup.z;
  let first_sequence = workgroup.x * layer.tile;
  let items = min(layer.tile, layer.sequences - first_sequence) * layer.hidden;
  let row = GATES * layer.hidden;

  for (var item = local; item < items; item += WORKGROUP) {
    let t = step_read(layer, n, span.first);
    h[item] = states[state_before(layer, 0u, n, t, first_sequence) + item];
  }
  workgroupBarrier();

  for (var i = 0u; i < span.count; i++) {
    let t = step_read(layer, n, span.first + i);
    let now = i % 2u * TILE_QUADS;
    let then = TILE_QUADS - now;

    if (INNER_GATES > 0u) {
      for (var item = local; item < items; item += WORKGROUP) {
        let b = first_sequence + item / layer.hidden;
        let q = item % layer.hidden;
        let own = step_row(layer, n, t, b) * SAVED * layer.hidden + q;
        let start = now + item / layer.hidden * layer.hidden;
        var a: array<vec4f, GATES>;
        for (var g = 0u; g < GATES - INNER_GATES; g++) {
          a[g] = gates[own + g * layer.hidden] + b_hh[n * row + g * layer.hidden + q];
          for (var k = 0u; k < layer.hidden; k++) {
            let v = h[start + k];
            let w = (n * layer.hidden + k) * 4u * row + g * layer.hidden + q;
            a[g] = add_product(a[g], v, w_hh[w], w_hh[w + row], w_hh[w + 2u * row], w_hh[w + 3u * row]);
          }
          if (t < lengths[b]) {
            gates[own + g * layer.hidden] = a[g];
          }
        }
        var prev: array<vec4f, STATES>;
        for (var s = 0u; s < STATES; s++) {
          prev[s] = states[state_before(layer, s, n, t, b) + q];
        }
        inner[item] = operand(a, prev);
      }
      workgroupBarrier();
    }

    for (var item = local; item < items; item += WORKGROUP) {
      let b = first_sequence + item / layer.hidden;
      let q = item % layer.hidden;
      var prev: array<vec4f, STATES>;
      for (var s = 0u; s < STATES; s++) {
        prev[s] = states[state_before(layer, s, n, t, b) + q];
      }
      if (t >= lengths[b]) {
        h[then + item] = prev[0];
        for (var s = 0u; s < STATES; s++) {
          states[state_after(layer, s, n, t, b) + q] = prev[s];
        }
        continue;
      }

      let own = step_row(layer, n, t, b) * SAVED * layer.hidden + q;
      var a_ih: array<vec4f, GATES>;
      var a_hh: array<vec4f, GATES>;
      for (var g = 0u; g < GATES; g++) {
        a_ih[g] = gates[own + g * layer.hidden];
        if (g >= FIRST_GATE) {
          a_hh[g] = b_hh[n * row + g * layer.hidden + q];
        }
      }
      let start = item / layer.hidden * layer.hidden;
      for (var k = 0u; k < layer.hidden; k++) {
        var v: vec4f;
        if (INNER_GATES > 0u) {
          v = inner[start + k];
        } else {
          v = h[now + start + k];
        }
        for (var g = FIRST_GATE; g < GATES; g++) {
          let w = (n * layer.hidden + k) * 4u * row + g * layer.hidden + q;
          a_hh[g] = add_product(a_hh[g], v, w_hh[w], w_hh[w + row], w_hh[w + 2u * row], w_hh[w + 3u * row]);
        }
      }

      let step = forward(a_ih, a_hh, prev);
      h[then + item] = step.next[0];
      for (var s = 0u; s < STATES; s++) {
        states[state_after(layer, s, n, t, b) + q] = step.next[s];
      }
      for (var k = 0u; k < SAVED; k++) {
        gates[own + k * layer.hidden] = step.saved[k];
      }
    }
    workgroupBarrier();
  }
}
