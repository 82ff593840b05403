// recurrent_forward.wgsl: advance every unit of every sequence through a span of time steps.
//
// An invocation owns quads of units of one sequence: it sums what the previous states send to all gates of its units,
// calls the cell's rule and stores what comes back. The host chooses the form: spans of one step, dealt to workgroups of
// 64 items, or spans of many steps, where a workgroup owns whole sequences and no other writes what it reads. The sums
// run in the same order in both.
//
// A cell with an inner product does its first gates in PART_INNER, where they leave the operand that its last gates
// multiply in PART_CELL; a projected layer turns the cell's output into h in PART_PROJECTION.
//
//   reads    w_hh [N, P, G, H]
//            b_hh [N, G, H]
//            own [N, U, H] and, projected, [N, H, P]   per-unit parameters; w_hr turned
//            lengths [B]
//            states [S, N, T+1, B, H]
//            gates [N, T, B, K, H]     a_ih in its first G planes
//   writes   states, gates             the next slots; the saved values, over a_ih
//
//   G gates, S states, U per-unit parameters, from the cell; K planes, N models · directions, T steps, B sequences, H hidden
//   and P width of h, padded to quads.

import package::lib::dispatch::flat_group;
import package::lib::layer::{Layer, Span, state_after, state_before, step_read, step_row};
import package::lib::product::add_product;
import package::cells::cell::{GATES, INNER_GATES, SAVED, STATES, UNIT_PARAMETERS, UNIT_ROWS, forward};
import package::cells::inner::operand;

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> w_hh: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_hh: array<vec4f>;
@group(0) @binding(4) var<storage, read> own: array<vec4f>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> gates: array<vec4f>;

const PART_INNER = 1u;
const PART_CELL = 2u;
const PART_PROJECTION = 4u;

const WORKGROUP = 64u;

// The first gate that multiplies the inner operand; all gates multiply h where there is none.
const FIRST_GATE = (GATES - INNER_GATES) % GATES;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let n = workgroup.z;
  let first = flat_group(workgroup, workgroups) * span.items;
  let end = min(first + span.items, layer.sequences * layer.hidden);
  for (var i = 0u; i < span.count; i++) {
    let t = step_read(layer, n, span.first + i);
    if ((span.parts & PART_INNER) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        first_gates(n, t, item / layer.hidden, item % layer.hidden);
      }
      storageBarrier();
    }
    if ((span.parts & PART_CELL) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        advance(n, t, item / layer.hidden, item % layer.hidden);
      }
      storageBarrier();
    }
    if ((span.parts & PART_PROJECTION) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        project(n, t, item / layer.hidden, item % layer.hidden);
      }
      storageBarrier();
    }
  }
}

// Completes the pre-activations of the gates that come before an inner product, and leaves its operand.
fn first_gates(n: u32, t: u32, b: u32, q: u32) {
  if (t >= lengths[b]) {
    return;
  }
  let row = GATES * layer.hidden;
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  let h = state_before(layer, layer.sequences, 0u, n, t, b);
  var a: array<vec4f, GATES>;
  for (var g = 0u; g < GATES - INNER_GATES; g++) {
    a[g] = gates[mine + g * layer.hidden] + b_hh[n * row + g * layer.hidden + q];
    for (var k = 0u; k < layer.width; k++) {
      let w = (n * layer.width + k) * 4u * row + g * layer.hidden + q;
      a[g] = add_product(a[g], states[h + k], w_hh[w], w_hh[w + row], w_hh[w + 2u * row], w_hh[w + 3u * row]);
    }
    gates[mine + g * layer.hidden] = a[g];
  }
  gates[mine + SAVED * layer.hidden] = operand(a, states_before(n, t, b, q));
}

// Takes one step; past the end of a sequence its states stay as they are.
fn advance(n: u32, t: u32, b: u32, q: u32) {
  let prev = states_before(n, t, b, q);
  if (t >= lengths[b]) {
    for (var s = 0u; s < STATES; s++) {
      states[state_after(layer, layer.sequences, s, n, t, b) + q] = prev[s];
    }
    if (layer.planes > SAVED) { // a gradient will multiply it, be it by 0
      gates[(step_row(layer, layer.sequences, n, t, b) * layer.planes + SAVED) * layer.hidden + q] = vec4f(0.0);
    }
    return;
  }

  let row = GATES * layer.hidden;
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  var a_ih: array<vec4f, GATES>;
  var a_hh: array<vec4f, GATES>;
  for (var g = 0u; g < GATES; g++) {
    a_ih[g] = gates[mine + g * layer.hidden];
    if (g >= FIRST_GATE) {
      a_hh[g] = b_hh[n * row + g * layer.hidden + q];
    }
  }
  let h = state_before(layer, layer.sequences, 0u, n, t, b);
  let inner = mine - q + SAVED * layer.hidden;
  for (var k = 0u; k < layer.width; k++) {
    var v: vec4f;
    if (INNER_GATES > 0u) {
      v = gates[inner + k];
    } else {
      v = states[h + k];
    }
    for (var g = FIRST_GATE; g < GATES; g++) {
      let w = (n * layer.width + k) * 4u * row + g * layer.hidden + q;
      a_hh[g] = add_product(a_hh[g], v, w_hh[w], w_hh[w + row], w_hh[w + 2u * row], w_hh[w + 3u * row]);
    }
  }
  var unit: array<vec4f, UNIT_ROWS>;
  for (var u = 0u; u < UNIT_PARAMETERS; u++) {
    unit[u] = own[(n * UNIT_PARAMETERS + u) * layer.hidden + q];
  }

  var step = forward(a_ih, a_hh, prev, unit);
  for (var s = layer.projected; s < STATES; s++) {
    states[state_after(layer, layer.sequences, s, n, t, b) + q] = step.next[s];
  }
  for (var k = 0u; k < SAVED; k++) {
    gates[mine + k * layer.hidden] = step.saved[k];
  }
  if (layer.projected == 1u) {
    gates[mine + SAVED * layer.hidden] = step.next[0];
  }
}

// h = w_hr · (the cell's output).
fn project(n: u32, t: u32, b: u32, q: u32) {
  if (q >= layer.width || t >= lengths[b]) {
    return;
  }
  let output = (step_row(layer, layer.sequences, n, t, b) * layer.planes + SAVED) * layer.hidden;
  let w_hr = layer.models * UNIT_PARAMETERS * layer.hidden + n * layer.hidden * 4u * layer.width + q;
  var sum = vec4f(0.0);
  for (var k = 0u; k < layer.hidden; k++) {
    let w = w_hr + 4u * k * layer.width;
    sum = add_product(sum, gates[output + k], own[w], own[w + layer.width], own[w + 2u * layer.width], own[w + 3u * layer.width]);
  }
  states[state_after(layer, layer.sequences, 0u, n, t, b) + q] = sum;
}

fn states_before(n: u32, t: u32, b: u32, q: u32) -> array<vec4f, STATES> {
  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) {
    prev[s] = states[state_before(layer, layer.sequences, s, n, t, b) + q];
  }
  return prev;
}
