// gates_backward.wgsl: gradients back through a scalar rule of several tensors, entry by entry.
//
// One invocation per quad of a row of gradients.
//
//   reads    tensors     what the rule read, [M, T, B, W] each
//            d_tensors   at what it wrote, [M, T, R, W] each
//   writes   d_tensors   at what it read
//
//   M models, T steps, B sequences, R rows of gradients; W entries, padded to quads.

import package::lib::activation::{sigmoid, sigmoid_slope};
import package::lib::dispatch::flat_index;
import package::lib::gates::{Gates, MIN_LSTM, log_odds};
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> gates: Gates;
@group(0) @binding(1) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> d_tensors: array<vec4f>;

override RULE: u32 = 1u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let q = index % gates.width;
  let d_row = index / gates.width;
  if (d_row >= gates.rows) {
    return;
  }
  let row = d_row / gates.each;
  let x_0 = tensors[strip_row(gates.x_0, row) + q];
  let x_1 = tensors[strip_row(gates.x_1, row) + q];
  let d_a = d_tensors[strip_row(gates.d_y_0, d_row) + q];
  let d_b = d_tensors[strip_row(gates.d_y_1, d_row) + q];
  if (RULE == MIN_LSTM) {
    let odds = log_odds(x_0, x_1);
    let candidate = tensors[strip_row(gates.x_2, row) + q];
    let d_odds = (d_a - d_b * candidate) * sigmoid_slope(odds);
    d_tensors[strip_row(gates.d_x_0, d_row) + q] = d_odds * sigmoid(-x_0);
    d_tensors[strip_row(gates.d_x_1, d_row) + q] = -d_odds * sigmoid(-x_1);
    d_tensors[strip_row(gates.d_x_2, d_row) + q] = d_b * sigmoid(-odds);
  } else {
    d_tensors[strip_row(gates.d_x_0, d_row) + q] = (d_b * x_1 - d_a) * sigmoid_slope(x_0);
    d_tensors[strip_row(gates.d_x_1, d_row) + q] = d_b * sigmoid(x_0);
  }
}
