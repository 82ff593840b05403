// recurrent_backward.wgsl: carry gradients back through a span of time steps: the transpose of recurrent_forward.wgsl.
//
// Steps are counted from the last one read. At each, PART_GATHER completes the gradient at h (what arrives from y, what
// the next step's gates send back, what flows past them); PART_CELL turns gradients at the states into gradients at the
// pre-activations and at the states before; PART_INNER adds what flows through a cell's inner product. A gradient at a
// state is kept in the slot of that state, so that the slot of the initial state ends with the gradient of h0 and c0,
// which takes one span more than there are steps. Forms as in recurrent_forward.wgsl.
//
// Each sequence of the run may have several rows of gradients: as many losses, propagated side by side.
//
//   reads    w_hh_turned [N, G, H, P]
//            own_turned [N, U, H] and, projected, [N, P, H]   per-unit parameters; w_hr
//            lengths [B]
//            gates [N, T, B, K, H]
//            states [S, N, T+1, B, H]
//            d_y [M, T, R, D, P]   or, picked, [R] (step, direction and unit of the entry that is the row's loss)
//            d_states [S, N, T+1, R, H]
//            d_gates [N, T, R, Z, H]
//   writes   d_states, d_gates
//
//   G gates, S states, U per-unit parameters, from the cell; K planes, Z planes of gradients, N models · directions, T steps,
//   B sequences, R rows of gradients, H hidden and P width of h, padded to quads.

import package::lib::dispatch::flat_group;
import package::lib::layer::{Layer, Span, is_reverse, state_after, state_before, step_read, step_row};
import package::lib::product::add_product;
import package::cells::cell::{GATES, INNER_GATES, SAVED, SPLIT_GATES, STATES, UNIT_PARAMETERS, UNIT_ROWS, backward};
import package::cells::inner::operand_backward;

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> w_hh_turned: array<vec4f>;
@group(0) @binding(3) var<storage, read> own_turned: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read> gates: array<vec4f>;
@group(0) @binding(6) var<storage, read> states: array<vec4f>;
@group(0) @binding(7) var<storage, read> d_y: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_states: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_gates: array<vec4f>;

const PART_GATHER = 1u;
const PART_CELL = 2u;
const PART_INNER = 4u;

const WORKGROUP = 64u;

// The gates before this one multiply h; those from it on multiply the inner operand.
const FIRST_INNER = GATES - INNER_GATES;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let n = workgroup.z;
  let first = flat_group(workgroup, workgroups) * span.items;
  let end = min(first + span.items, layer.sequences * layer.rows * layer.hidden);
  for (var i = span.first; i < span.first + span.count; i++) {
    if ((span.parts & PART_GATHER) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        gather(n, i, item / layer.hidden, item % layer.hidden);
      }
      storageBarrier();
    }
    if ((span.parts & PART_CELL) != 0u && i < layer.steps) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        step_back(n, i, item / layer.hidden, item % layer.hidden);
      }
    }
    storageBarrier();
    if ((span.parts & PART_INNER) != 0u && i < layer.steps) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        through_inner(n, i, item / layer.hidden, item % layer.hidden);
      }
    }
    storageBarrier();
  }
}

fn row_count() -> u32 {
  return layer.sequences * layer.rows;
}

// The time step that is the i-th from the last one read.
fn step_back_to(n: u32, i: u32) -> u32 {
  return step_read(layer, n, layer.steps - 1u - i);
}

// Completes the gradient at h after the i-th step back; past the last one, at the initial h.
fn gather(n: u32, i: u32, r: u32, q: u32) {
  if (q >= layer.width) {
    return;
  }
  var at: u32;
  if (i < layer.steps) {
    at = state_after(layer, row_count(), 0u, n, step_back_to(n, i), r) + q;
  } else {
    at = state_before(layer, row_count(), 0u, n, step_back_to(n, i - 1u), r) + q;
  }
  var d_h = d_states[at];
  if (i < layer.steps) {
    d_h += arriving(n, step_back_to(n, i), r, q);
  }
  if (i > 0u) {
    d_h = add_recurrent(d_h, n, step_back_to(n, i - 1u), r, q, 0u, FIRST_INNER);
  }
  d_states[at] = d_h;
}

// What y sends to h after step t.
fn arriving(n: u32, t: u32, r: u32, q: u32) -> vec4f {
  if (t >= lengths[r / layer.rows]) {
    return vec4f(0.0);
  }
  let m = n / layer.directions;
  let d = n % layer.directions;
  if (layer.picked == 1u) {
    let loss = vec4i(d_y[r]);
    let here = all(loss.xy == vec2i(vec2u(t, d))) && loss.z / 4 == i32(q);
    return select(vec4f(0.0), vec4f(vec4i(loss.z % 4) == vec4i(0, 1, 2, 3)), here);
  }
  return d_y[(((m * layer.steps + t) * row_count() + r) * layer.directions + d) * layer.width + q];
}

// Adds what some gates of step t send back to quad q of what they multiplied.
fn add_recurrent(start: vec4f, n: u32, t: u32, r: u32, q: u32, first_gate: u32, end_gate: u32) -> vec4f {
  let mine = step_row(layer, row_count(), n, t, r) * layer.d_planes * layer.hidden;
  var sum = start;
  for (var g = first_gate; g < end_gate; g++) {
    let plane = mine + select(g, g + SPLIT_GATES, g >= GATES - SPLIT_GATES) * layer.hidden;
    for (var j = 0u; j < layer.hidden; j++) {
      let w = ((n * GATES + g) * layer.hidden + j) * 4u * layer.width + q;
      sum = add_product(sum, d_gates[plane + j], w_hh_turned[w], w_hh_turned[w + layer.width], w_hh_turned[w + 2u * layer.width], w_hh_turned[w + 3u * layer.width]);
    }
  }
  return sum;
}

// The cell's backward at one step; past the end of a sequence gradients only pass by.
fn step_back(n: u32, i: u32, r: u32, q: u32) {
  let t = step_back_to(n, i);
  let b = r / layer.rows;
  let planes = step_row(layer, row_count(), n, t, r) * layer.d_planes * layer.hidden + q;
  var d_next: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) {
    d_next[s] = d_states[state_after(layer, row_count(), s, n, t, r) + q];
  }
  if (t >= lengths[b]) {
    for (var z = 0u; z < layer.d_planes; z++) {
      d_gates[planes + z * layer.hidden] = vec4f(0.0);
    }
    for (var s = 0u; s < STATES; s++) {
      d_states[state_before(layer, row_count(), s, n, t, r) + q] = d_next[s];
    }
    return;
  }

  if (layer.projected == 1u) {
    d_next[0] = through_projection(n, t, r, q);
  }
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  var saved: array<vec4f, SAVED>;
  for (var k = 0u; k < SAVED; k++) {
    saved[k] = gates[mine + k * layer.hidden];
  }
  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) {
    prev[s] = states[state_before(layer, layer.sequences, s, n, t, b) + q];
  }
  var unit: array<vec4f, UNIT_ROWS>;
  for (var u = 0u; u < UNIT_PARAMETERS; u++) {
    unit[u] = own_turned[(n * UNIT_PARAMETERS + u) * layer.hidden + q];
  }

  var back = backward(saved, prev, d_next, unit);
  for (var g = 0u; g < GATES; g++) {
    d_gates[planes + g * layer.hidden] = back.d_ih[g];
    if (g >= GATES - SPLIT_GATES) {
      d_gates[planes + (g + SPLIT_GATES) * layer.hidden] = back.d_hh[g];
    }
  }
  for (var u = 0u; u < UNIT_PARAMETERS; u++) {
    d_gates[planes + (GATES + SPLIT_GATES + u) * layer.hidden] = back.d_unit[u];
  }
  for (var s = 1u; s < STATES; s++) {
    d_states[state_after(layer, row_count(), s, n, t, r) + q] = back.d_next[s];
  }
  for (var s = 0u; s < STATES; s++) {
    if (s > 0u || q < layer.width) {
      d_states[state_before(layer, row_count(), s, n, t, r) + q] = back.d_prev[s];
    }
  }
}

// The gradient at quad q of what a projection multiplied.
fn through_projection(n: u32, t: u32, r: u32, q: u32) -> vec4f {
  let d_h = state_after(layer, row_count(), 0u, n, t, r);
  let w_hr = layer.models * UNIT_PARAMETERS * layer.hidden + n * 4u * layer.width * layer.hidden + q;
  var sum = vec4f(0.0);
  for (var p = 0u; p < layer.width; p++) {
    let w = w_hr + 4u * p * layer.hidden;
    sum = add_product(sum, d_states[d_h + p], own_turned[w], own_turned[w + layer.hidden], own_turned[w + 2u * layer.hidden], own_turned[w + 3u * layer.hidden]);
  }
  return sum;
}

// What flows through the inner product's operand to the first gates and to the states before.
fn through_inner(n: u32, i: u32, r: u32, q: u32) {
  let t = step_back_to(n, i);
  let b = r / layer.rows;
  if (t >= lengths[b]) {
    return;
  }
  let d_operand = add_recurrent(vec4f(0.0), n, t, r, q, FIRST_INNER, GATES);
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  var a: array<vec4f, GATES>;
  for (var g = 0u; g < GATES; g++) {
    a[g] = gates[mine + g * layer.hidden];
  }
  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) {
    prev[s] = states[state_before(layer, layer.sequences, s, n, t, b) + q];
  }

  var back = operand_backward(a, prev, d_operand);
  let planes = step_row(layer, row_count(), n, t, r) * layer.d_planes * layer.hidden + q;
  for (var g = 0u; g < FIRST_INNER; g++) {
    d_gates[planes + g * layer.hidden] += back.d_a[g];
  }
  for (var s = 0u; s < STATES; s++) {
    d_states[state_before(layer, row_count(), s, n, t, r) + q] += back.d_prev[s];
  }
}
