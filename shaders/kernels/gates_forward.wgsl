// gates_forward.wgsl: a scalar rule of several tensors, entry by entry.
//
// One invocation per quad of a row.
//
//   reads    tensors   what the rule reads, [M, T, B, W] each
//   writes   tensors   what it writes
//
//   M models, T steps, B sequences; W entries, padded to quads.

import package::lib::activation::sigmoid;
import package::lib::dispatch::flat_index;
import package::lib::gates::{Gates, MIN_LSTM, log_odds};
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> gates: Gates;
@group(0) @binding(1) var<storage, read_write> tensors: array<vec4f>;

override RULE: u32 = 1u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let q = index % gates.width;
  let row = index / gates.width;
  if (row >= gates.rows) {
    return;
  }
  // σ(−odds) lets in; what is kept is the rest.
  var odds = -tensors[strip_row(gates.x_0, row) + q];
  var candidate = tensors[strip_row(gates.x_1, row) + q];
  if (RULE == MIN_LSTM) {
    odds = log_odds(-odds, candidate);
    candidate = tensors[strip_row(gates.x_2, row) + q];
  }
  tensors[strip_row(gates.y_0, row) + q] = sigmoid(odds);
  tensors[strip_row(gates.y_1, row) + q] = sigmoid(-odds) * candidate;
}
