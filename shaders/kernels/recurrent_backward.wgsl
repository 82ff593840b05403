// recurrent_backward.wgsl: carry gradients back through a span of time steps: the transpose of recurrent_forward.wgsl.
//
// Steps are counted from the last one read. At each, PART_GATHER completes the gradient at h (what arrives from y, what
// the next step's gates send back, what flows past them); PART_CELL turns gradients at the states into gradients at the
// pre-activations and at the states before; PART_INNER adds what flows through a cell's inner product. A gradient at a
// state is kept in the slot of that state, so that the slot of the initial state ends with the gradient of h0 and c0,
// which takes one span more than there are steps. Forms as in recurrent_forward.wgsl; an invocation owns QUADS quads of
// units of ROWS rows, so that each weight is read once for all of them. Neighbours that share own the same rows: then
// H / 4 / QUADS, rounded up, is a multiple of their number.
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
import package::lib::neighbours::{Invocation, SHARERS, place_of, told};
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

// Invocations of a workgroup: no more than it has items, because some adapters pay for idle ones.
override WORKGROUP = 64u;

// Which parts of a step are done: the sum of their constants. Not in the span, so that a pipeline holds no code of the others.
override PARTS = 7u;

// Whether h is a projection of the cell's output.
override PROJECTED = true;

// Rows of gradients and quads of units that an invocation carries back side by side; the host chooses.
const ROWS = 8u;
const QUADS = 2u;

// The gates before this one multiply h; those from it on multiply the inner operand.
const FIRST_INNER = GATES - INNER_GATES;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  invocation: Invocation,
) {
  let local = place_of(invocation);
  let n = workgroup.z;
  let first = flat_group(workgroup, workgroups) * span.items;
  let end = min(first + span.items, (row_count() + ROWS - 1u) / ROWS * lanes());
  for (var i = span.first; i < span.first + span.count; i++) {
    if ((PARTS & PART_GATHER) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        gather(n, i, item / lanes() * ROWS, item % lanes());
      }
      storageBarrier();
    }
    if ((PARTS & PART_CELL) != 0u) {
      if (i < layer.steps) {
        for (var item = first + local; item < end; item += WORKGROUP) {
          let first_row = item / lanes() * ROWS;
          for (var r = first_row; r < min(first_row + ROWS, row_count()); r++) {
            for (var q = item % lanes(); q < layer.hidden; q += lanes()) {
              step_back(n, i, r, q);
            }
          }
        }
      }
      storageBarrier();
    }
    if (INNER_GATES > 0u && (PARTS & PART_INNER) != 0u) {
      if (i < layer.steps) {
        for (var item = first + local; item < end; item += WORKGROUP) {
          through_inner(n, step_back_to(n, i), item / lanes() * ROWS, item % lanes());
        }
      }
      storageBarrier();
    }
  }
}

// Items that share rows; the quads of one lie so far apart that neighbours read neighbouring weights.
fn lanes() -> u32 {
  return (layer.hidden + QUADS - 1u) / QUADS;
}

fn row_count() -> u32 {
  return layer.sequences * layer.rows;
}

// The time step that is the i-th from the last one read.
fn step_back_to(n: u32, i: u32) -> u32 {
  return step_read(layer, n, layer.steps - 1u - i);
}

// Completes the gradient at h after the i-th step back; past the last one, at the initial h.
fn gather(n: u32, i: u32, first_row: u32, lane: u32) {
  var sum: array<vec4f, ROWS * QUADS>;
  if (i > 0u) {
    sum = sent_back(n, step_back_to(n, i - 1u), first_row, lane, 0u, FIRST_INNER);
  }
  for (var r = 0u; r < ROWS; r++) {
    for (var j = 0u; j < QUADS; j++) {
      let row = first_row + r;
      let q = lane + j * lanes();
      if (row < row_count() && q < layer.width) {
        var d_h = sum[r * QUADS + j];
        var at: u32;
        if (i < layer.steps) {
          at = state_after(layer, row_count(), 0u, n, step_back_to(n, i), row) + q;
          d_h += arriving(n, step_back_to(n, i), row, q);
        } else {
          at = state_before(layer, row_count(), 0u, n, step_back_to(n, i - 1u), row) + q;
        }
        d_states[at] += d_h;
      }
    }
  }
}

// What some gates of step t send back to what they multiplied. Rows and quads past the last repeat it; nobody keeps theirs.
fn sent_back(n: u32, t: u32, first_row: u32, lane: u32, first_gate: u32, end_gate: u32) -> array<vec4f, ROWS * QUADS> {
  let hidden = layer.hidden;
  let width = layer.width;
  var row_start: array<u32, ROWS>;
  for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
    let row = first_row + i * SHARERS + lane % SHARERS;
    row_start[i] = step_row(layer, row_count(), n, t, min(row, row_count() - 1u)) * layer.d_planes * hidden;
  }
  var column: array<u32, QUADS>;
  for (var j = 0u; j < QUADS; j++) { // written out
    column[j] = n * GATES * hidden * 4u * width + min(lane + j * lanes(), width - 1u);
  }
  var sum: array<vec4f, ROWS * QUADS>;
  for (var g = first_gate; g < end_gate; g++) {
    let plane = select(g, g + SPLIT_GATES, g >= GATES - SPLIT_GATES) * hidden;
    var block_start = g * hidden * 4u * width;
    for (var k = plane; k < plane + hidden; k++) {
      var v: array<vec4f, ROWS>;
      for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
        let quads = told(d_gates[row_start[i] + k]);
        for (var s = 0u; s < SHARERS; s++) { // written out
          v[i * SHARERS + s] = quads[s];
        }
      }
      for (var j = 0u; j < QUADS; j++) { // written out
        let at = column[j] + block_start;
        let block = mat4x4f(w_hh_turned[at], w_hh_turned[at + width], w_hh_turned[at + 2u * width], w_hh_turned[at + 3u * width]);
        for (var r = 0u; r < ROWS; r++) { // written out
          sum[r * QUADS + j] += block * v[r];
        }
      }
      block_start += 4u * width;
    }
  }
  return sum;
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

// The cell's backward at one step; past the end of a sequence gradients only pass by. The end is no early return: some
// adapters would carry on all the same.
fn step_back(n: u32, i: u32, r: u32, q: u32) {
  let t = step_back_to(n, i);
  let b = r / layer.rows;
  let ended = t >= lengths[b];
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  var saved: array<vec4f, SAVED>;
  for (var k = 0u; k < SAVED; k++) { // written out
    saved[k] = gates[mine + k * layer.hidden];
  }
  var prev: array<vec4f, STATES>;
  var d_next: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) { // written out
    prev[s] = states[state_before(layer, layer.sequences, s, n, t, b) + q];
    d_next[s] = d_states[state_after(layer, row_count(), s, n, t, r) + q];
  }
  var d_passing = d_next;
  if (PROJECTED) {
    d_next[0] = through_projection(n, t, r, q);
  }
  var unit: array<vec4f, UNIT_ROWS>;
  for (var u = 0u; u < UNIT_PARAMETERS; u++) { // written out
    unit[u] = own_turned[(n * UNIT_PARAMETERS + u) * layer.hidden + q];
  }

  var back = backward(saved, prev, d_next, unit);
  let planes = step_row(layer, row_count(), n, t, r) * layer.d_planes * layer.hidden + q;
  let nothing = vec4f(0.0);
  for (var g = 0u; g < GATES; g++) { // written out
    d_gates[planes + g * layer.hidden] = select(back.d_ih[g], nothing, ended);
    if (g >= GATES - SPLIT_GATES) {
      d_gates[planes + (g + SPLIT_GATES) * layer.hidden] = select(back.d_hh[g], nothing, ended);
    }
  }
  for (var u = 0u; u < UNIT_PARAMETERS; u++) { // written out
    d_gates[planes + (GATES + SPLIT_GATES + u) * layer.hidden] = select(back.d_unit[u], nothing, ended);
  }
  for (var s = 1u; s < STATES; s++) { // written out
    d_states[state_after(layer, row_count(), s, n, t, r) + q] = select(back.d_next[s], d_passing[s], ended);
  }
  for (var s = 0u; s < STATES; s++) { // written out
    if (s > 0u || !PROJECTED || q < layer.width) {
      d_states[state_before(layer, row_count(), s, n, t, r) + q] = select(back.d_prev[s], d_passing[s], ended);
    }
  }
}

// The gradient at quad q of what a projection multiplied.
fn through_projection(n: u32, t: u32, r: u32, q: u32) -> vec4f {
  let d_h = state_after(layer, row_count(), 0u, n, t, r);
  var at = layer.models * UNIT_PARAMETERS * layer.hidden + n * 4u * layer.width * layer.hidden + q;
  var sum = vec4f(0.0);
  for (var p = 0u; p < layer.width; p++) {
    sum += mat4x4f(own_turned[at], own_turned[at + layer.hidden], own_turned[at + 2u * layer.hidden], own_turned[at + 3u * layer.hidden]) * d_states[d_h + p];
    at += 4u * layer.hidden;
  }
  return sum;
}

// What flows through the inner product's operand to the first gates and to the states before.
fn through_inner(n: u32, t: u32, first_row: u32, lane: u32) {
  var sum = sent_back(n, t, first_row, lane, FIRST_INNER, GATES);
  for (var i = 0u; i < ROWS; i++) {
    for (var j = 0u; j < QUADS; j++) {
      let r = first_row + i;
      let q = lane + j * lanes();
      if (r < row_count() && q < layer.hidden) {
        if (t < lengths[r / layer.rows]) {
          past_operand(n, t, r, q, sum[i * QUADS + j]);
        }
      }
    }
  }
}

fn past_operand(n: u32, t: u32, r: u32, q: u32, d_operand: vec4f) {
  let b = r / layer.rows;
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  var a: array<vec4f, GATES>;
  for (var g = 0u; g < GATES; g++) { // written out
    a[g] = gates[mine + g * layer.hidden];
  }
  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) { // written out
    prev[s] = states[state_before(layer, layer.sequences, s, n, t, b) + q];
  }

  var back = operand_backward(a, prev, d_operand);
  let planes = step_row(layer, row_count(), n, t, r) * layer.d_planes * layer.hidden + q;
  for (var g = 0u; g < GATES; g++) { // written out
    if (g < FIRST_INNER) {
      d_gates[planes + g * layer.hidden] += back.d_a[g];
    }
  }
  for (var s = 0u; s < STATES; s++) { // written out
    d_states[state_before(layer, row_count(), s, n, t, r) + q] += back.d_prev[s];
  }
}
