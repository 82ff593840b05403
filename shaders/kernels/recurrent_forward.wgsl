// recurrent_forward.wgsl: advance every unit of every sequence through a span of time steps.
//
// An invocation owns a quad of units of ROWS sequences, so that a weight is read once for all of them: it sums what the
// previous states send to all gates of its units, calls the cell's rule and stores what comes back. The host chooses the
// form: spans of one step, dealt to workgroups item by item, or spans of many steps, where a workgroup owns whole sequences
// and no other writes what it reads. The sums run in the same order in both. Neighbours that share advance the same
// sequences: then H / 4 is a multiple of their number.
//
// A cell with an inner product does its first gates in PART_INNER, where they leave the operand that its last gates
// multiply in PART_CELL; a projected layer turns the cell's output into h in PART_PROJECTION.
//
//   reads    w_hh [N, P, G, H]
//            b_hh [N, G, H]
//            own [N, U, H] and, projected, [N, H, P]   per-unit parameters; w_hr turned
//            lengths [B]
//            tokens [T, B]             where a_ih is that of each word
//            states [S, N, T+1, B, H]
//            gates [N, T, B, K, H]     a_ih in its first G planes; or behind them [N, V, G, H]
//   writes   states, gates             the next slots; the saved values, over a_ih
//
//   G gates, S states, U per-unit parameters, from the cell; K planes, N models · directions, T steps, B sequences, V words,
//   H hidden and P width of h, padded to quads.

import package::lib::dispatch::flat_group;
import package::lib::layer::{Layer, Span, state_after, state_before, step_read, step_row};
import package::lib::neighbours::{Invocation, SHARERS, place_of, told};
import package::cells::cell::{GATES, INNER_GATES, SAVED, STATES, UNIT_PARAMETERS, UNIT_ROWS, forward};
import package::cells::inner::operand;

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> w_hh: array<vec4f>;
@group(0) @binding(3) var<storage, read> b_hh: array<vec4f>;
@group(0) @binding(4) var<storage, read> own: array<vec4f>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> tokens: array<u32>;
@group(0) @binding(7) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> gates: array<vec4f>;

const PART_INNER = 1u;
const PART_CELL = 2u;
const PART_PROJECTION = 4u;

// Invocations of a workgroup: no more than it has items, because some adapters pay for idle ones.
override WORKGROUP = 64u;

// Which parts of a step are done: the sum of their constants. Not in the span, so that a pipeline holds no code of the others.
override PARTS = 7u;

// Whether h is a projection of the cell's output.
override PROJECTED = true;

// Sequences that an invocation advances side by side; the host chooses.
const ROWS = 8u;

// The first gate that multiplies the inner operand; all gates multiply h where there is none.
const FIRST_GATE = (GATES - INNER_GATES) % GATES;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  invocation: Invocation,
) {
  let local = place_of(invocation);
  let n = workgroup.z;
  let first = flat_group(workgroup, workgroups) * span.items;
  let end = min(first + span.items, (layer.sequences + ROWS - 1u) / ROWS * layer.hidden);
  for (var i = 0u; i < span.count; i++) {
    let t = step_read(layer, n, span.first + i);
    if (INNER_GATES > 0u && (PARTS & PART_INNER) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        first_gates(n, t, item / layer.hidden * ROWS, item % layer.hidden);
      }
      storageBarrier();
    }
    if ((PARTS & PART_CELL) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        advance(n, t, item / layer.hidden * ROWS, item % layer.hidden);
      }
      storageBarrier();
    }
    if (PROJECTED && (PARTS & PART_PROJECTION) != 0u) {
      for (var item = first + local; item < end; item += WORKGROUP) {
        project(n, t, item / layer.hidden * ROWS, item % layer.hidden);
      }
      storageBarrier();
    }
  }
}

// Sequences past the last repeat it, and nothing is stored of them.
fn sequence(first: u32, r: u32) -> u32 {
  return min(first + r, layer.sequences - 1u);
}

// Where a_ih of a step begins: at the step itself, or at the word that it reads.
fn given_row(n: u32, t: u32, b: u32) -> u32 {
  if (layer.words == 0u) {
    return step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden;
  }
  return layer.word_gates + (n * layer.words + tokens[t * layer.sequences + b]) * GATES * layer.hidden;
}

// The i-th sequence whose operand is read by the invocation that has quad q.
fn sequence_read(first: u32, i: u32, q: u32) -> u32 {
  return sequence(first, i * SHARERS + q % SHARERS);
}

// Completes the pre-activations of the gates that come before an inner product, and leaves its operand.
fn first_gates(n: u32, t: u32, first: u32, q: u32) {
  let hidden = layer.hidden;
  let width = layer.width;
  let row = GATES * hidden;
  var h: array<u32, ROWS>;
  for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
    h[i] = state_before(layer, layer.sequences, 0u, n, t, sequence_read(first, i, q));
  }
  var sum: array<vec4f, ROWS * GATES>;
  var start = n * width * 4u * row + q;
  for (var k = 0u; k < width; k++) {
    var v: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
      let quads = told(states[h[i] + k]);
      for (var s = 0u; s < SHARERS; s++) { // written out
        v[i * SHARERS + s] = quads[s];
      }
    }
    for (var g = 0u; g < GATES; g++) { // written out
      if (g < GATES - INNER_GATES) {
        let at = start + g * hidden;
        let block = mat4x4f(w_hh[at], w_hh[at + row], w_hh[at + 2u * row], w_hh[at + 3u * row]);
        for (var r = 0u; r < ROWS; r++) { // written out
          sum[r * GATES + g] += block * v[r];
        }
      }
    }
    start += 4u * row;
  }
  // Indexed by counters, which would put the sums themselves into memory.
  var total = sum;
  for (var r = 0u; r < ROWS; r++) {
    let b = first + r;
    if (b < layer.sequences && t < lengths[sequence(first, r)]) {
      let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
      let given = given_row(n, t, b) + q;
      var a: array<vec4f, GATES>;
      for (var g = 0u; g < GATES - INNER_GATES; g++) {
        a[g] = gates[given + g * layer.hidden] + b_hh[n * row + g * layer.hidden + q] + total[r * GATES + g];
        gates[mine + g * layer.hidden] = a[g];
      }
      gates[mine + SAVED * layer.hidden] = operand(a, states_before(n, t, b, q));
    }
  }
}

// Takes one step of ROWS sequences.
fn advance(n: u32, t: u32, first: u32, q: u32) {
  let hidden = layer.hidden;
  let width = layer.width;
  let row = GATES * hidden;
  var operand_start: array<u32, ROWS>;
  for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
    operand_start[i] = operand_of(n, t, sequence_read(first, i, q));
  }
  var sum: array<vec4f, ROWS * GATES>;
  var start = n * width * 4u * row + q;
  for (var k = 0u; k < width; k++) {
    var v: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
      let quads = told(operand_quad(operand_start[i] + k));
      for (var s = 0u; s < SHARERS; s++) { // written out
        v[i * SHARERS + s] = quads[s];
      }
    }
    for (var g = 0u; g < GATES; g++) { // written out
      if (g >= FIRST_GATE) {
        let at = start + g * hidden;
        let block = mat4x4f(w_hh[at], w_hh[at + row], w_hh[at + 2u * row], w_hh[at + 3u * row]);
        for (var r = 0u; r < ROWS; r++) { // written out
          sum[r * GATES + g] += block * v[r];
        }
      }
    }
    start += 4u * row;
  }
  var bias: array<vec4f, GATES>;
  for (var g = 0u; g < GATES; g++) { // written out
    if (g >= FIRST_GATE) {
      bias[g] = b_hh[(n * GATES + g) * hidden + q];
    }
  }
  var total = sum;
  for (var r = 0u; r < ROWS; r++) {
    if (first + r < layer.sequences) {
      var a_hh: array<vec4f, GATES>;
      for (var g = 0u; g < GATES; g++) { // written out
        if (g >= FIRST_GATE) {
          a_hh[g] = total[r * GATES + g] + bias[g];
        }
      }
      finish(n, t, first + r, q, a_hh);
    }
  }
}

// Where the operand of the recurrent product lies: h, or what the first gates left of it.
fn operand_of(n: u32, t: u32, b: u32) -> u32 {
  if (INNER_GATES > 0u) {
    return (step_row(layer, layer.sequences, n, t, b) * layer.planes + SAVED) * layer.hidden;
  }
  return state_before(layer, layer.sequences, 0u, n, t, b);
}

fn operand_quad(at: u32) -> vec4f {
  if (INNER_GATES > 0u) {
    return gates[at];
  }
  return states[at];
}

// The cell's rule, once its products are summed; past the end of a sequence its states stay as they are.
fn finish(n: u32, t: u32, b: u32, q: u32, a_hh: array<vec4f, GATES>) {
  var prev = states_before(n, t, b, q);
  let mine = step_row(layer, layer.sequences, n, t, b) * layer.planes * layer.hidden + q;
  let given = given_row(n, t, b) + q;
  var a_ih: array<vec4f, GATES>;
  for (var g = 0u; g < GATES; g++) { // written out
    // The first gates before an inner product are complete by now.
    a_ih[g] = gates[select(mine, given, g >= FIRST_GATE) + g * layer.hidden];
  }
  var unit: array<vec4f, UNIT_ROWS>;
  for (var u = 0u; u < UNIT_PARAMETERS; u++) { // written out
    unit[u] = own[(n * UNIT_PARAMETERS + u) * layer.hidden + q];
  }

  let ended = t >= lengths[b];
  var step = forward(a_ih, a_hh, prev, unit);
  for (var s = 0u; s < STATES; s++) { // written out
    if (s > 0u || !PROJECTED) {
      states[state_after(layer, layer.sequences, s, n, t, b) + q] = select(step.next[s], prev[s], ended);
    } else if (ended) {
      states[state_after(layer, layer.sequences, s, n, t, b) + q] = prev[s];
    }
  }
  if (!ended) {
    for (var k = 0u; k < SAVED; k++) { // written out
      gates[mine + k * layer.hidden] = step.saved[k];
    }
  }
  // What a projection multiplies; past the end nothing, because a gradient will multiply it, be it by 0.
  if (PROJECTED) {
    gates[mine + SAVED * layer.hidden] = select(step.next[0], vec4f(0.0), ended);
  } else if (INNER_GATES > 0u && ended) {
    gates[mine + SAVED * layer.hidden] = vec4f(0.0);
  }
}

// h = w_hr · (the cell's output). Quads past the width of h repeat its last.
fn project(n: u32, t: u32, first: u32, q: u32) {
  var output: array<u32, ROWS>;
  for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
    output[i] = (step_row(layer, layer.sequences, n, t, sequence_read(first, i, q)) * layer.planes + SAVED) * layer.hidden;
  }
  var sum: array<vec4f, ROWS>;
  var at = layer.models * UNIT_PARAMETERS * layer.hidden + n * layer.hidden * 4u * layer.width + min(q, layer.width - 1u);
  for (var k = 0u; k < layer.hidden; k++) {
    let block = mat4x4f(own[at], own[at + layer.width], own[at + 2u * layer.width], own[at + 3u * layer.width]);
    for (var i = 0u; i < ROWS / SHARERS; i++) { // written out
      let quads = told(gates[output[i] + k]);
      for (var s = 0u; s < SHARERS; s++) { // written out
        sum[i * SHARERS + s] += block * quads[s];
      }
    }
    at += 4u * layer.width;
  }
  var total = sum;
  for (var r = 0u; r < ROWS; r++) {
    let b = first + r;
    if (q < layer.width && b < layer.sequences && t < lengths[sequence(first, r)]) {
      states[state_after(layer, layer.sequences, 0u, n, t, b) + q] = total[r];
    }
  }
}

fn states_before(n: u32, t: u32, b: u32, q: u32) -> array<vec4f, STATES> {
  var prev: array<vec4f, STATES>;
  for (var s = 0u; s < STATES; s++) { // written out
    prev[s] = states[state_before(layer, layer.sequences, s, n, t, b) + q];
  }
  return prev;
}
