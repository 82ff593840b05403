// recurrent_inner.wgsl: the first half of a step, for cells with a second product inside it.
//
// One invocation per quad of units of one sequence: it completes the pre-activations of the gates that come before the
// inner product, and leaves the operand of that product for recurrent_step.wgsl.
//
//   reads    w_hh [N, H, G, H]
//            b_hh [N, G, H]
//            lengths [B]
//            states [S, N, T+1, B, H]
//            gates [N, T, B, K, H]   a_ih in its first G planes
//   writes   gates                   total pre-activations, over a_ih of the gates done here
//            inner [N, B, H]
//
//   G gates, S states, K saved values per unit, from the cell. N models · directions, T steps, B sequences, H hidden,
//   padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::layer::{Layer, Span, state_before, step_read, step_row};
import package::lib::product::add_product;
import package::cells::cell::{GATES, INNER_GATES, SAVED, STATES, operand};

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> w_hh: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_hh: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read> states: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> gates: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> inner: array<vec4f>;

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
  if (t >= lengths[b]) {
    return;
  }

  let own = step_row(layer, n, t, b) * SAVED * layer.hidden + q;
  let row = GATES * layer.hidden;
  let h = state_before(layer, 0u, n, t, b);
  var a: array<vec4f, GATES>;
  for (var g = 0u; g < GATES - INNER_GATES; g++) {
    a[g] = gates[own + g * layer.hidden] + b_hh[n * row + g * layer.hidden + q];
    for (var k = 0u; k < layer.hidden; k++) {
      let v = states[h + k];
      let w = (n * layer.hidden + k) * 4u * row + g * layer.hidden + q;
      a[g] = add_product(a[g], v, w_hh[w], w_hh[w + row], w_hh[w + 2u * row], w_hh[w + 3u * row]);
    }
    gates[own + g * layer.hidden] = a[g];
  }

  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) {
    prev[s] = states[state_before(layer, s, n, t, b) + q];
  }
  inner[index + n * layer.sequences * layer.hidden] = operand(a, prev);
}
