// recurrent_step.wgsl: advance every unit of every sequence by one time step.
//
// One invocation per quad of units of one sequence: it sums what the previous states send to all gates of its units,
// calls the cell's rule and stores what comes back. A cell with an inner product has had its first gates done by
// recurrent_inner.wgsl, and here its last gates multiply the operand found there.
//
//   reads    w_hh [N, H, G, H]
//            b_hh [N, G, H]
//            lengths [B]
//            inner [N, B, H]         the operand of the cell's inner product
//            states [S, N, T+1, B, H]
//            gates [N, T, B, K, H]   a_ih in its first G planes
//   writes   states, gates           the next slot; the saved values, over a_ih
//
//   G gates, S states, K saved values per unit, from the cell. N models · directions, T steps, B sequences, H hidden,
//   padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::layer::{Layer, Span, state_after, state_before, step_read, step_row};
import package::lib::product::add_product;
import package::cells::cell::{GATES, INNER_GATES, SAVED, STATES, forward};

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> w_hh: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_hh: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read> inner: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> gates: array<vec4f>;

// The first gate that multiplies the inner operand; all gates multiply h where there is none.
const FIRST_GATE = (GATES - INNER_GATES) % GATES;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index >= layer.sequences * layer.hidden) {
    return;
  }
  let n = workgroup.z;
  let b = index / layer.hidden;
  let q = index % layer.hidden;
  let t = step_read(layer, n, span.first);

  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) {
    prev[s] = states[state_before(layer, s, n, t, b) + q];
  }
  if (t >= lengths[b]) {
    for (var s = 0u; s < STATES; s++) {
      states[state_after(layer, s, n, t, b) + q] = prev[s];
    }
    return;
  }

  let own = step_row(layer, n, t, b) * SAVED * layer.hidden + q;
  let row = GATES * layer.hidden;
  var a_ih: array<vec4f, GATES>;
  var a_hh: array<vec4f, GATES>;
  for (var g = 0u; g < GATES; g++) {
    a_ih[g] = gates[own + g * layer.hidden];
    if (g >= FIRST_GATE) {
      a_hh[g] = b_hh[n * row + g * layer.hidden + q];
    }
  }
  let h = state_before(layer, 0u, n, t, b);
  for (var k = 0u; k < layer.hidden; k++) {
    var v: vec4f;
    if (INNER_GATES > 0u) {
      v = inner[(n * layer.sequences + b) * layer.hidden + k];
    } else {
      v = states[h + k];
    }
    for (var g = FIRST_GATE; g < GATES; g++) {
      let w = (n * layer.hidden + k) * 4u * row + g * layer.hidden + q;
      a_hh[g] = add_product(a_hh[g], v, w_hh[w], w_hh[w + row], w_hh[w + 2u * row], w_hh[w + 3u * row]);
    }
  }

  let step = forward(a_ih, a_hh, prev);
  for (var s = 0u; s < STATES; s++) {
    states[state_after(layer, s, n, t, b) + q] = step.next[s];
  }
  for (var k = 0u; k < SAVED; k++) {
    gates[own + k * layer.hidden] = step.saved[k];
  }
}
