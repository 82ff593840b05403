// linear_scan_forward.wgsl: h_t = a_t ⊙ h_{t−1} + b_t.
//
// One invocation per sequence and quad of units: all steps of them.
//
//   reads    lengths [B]
//            tensors     a, b [M, T, B, H], h before the first step [M, B, H]
//   writes   tensors     h [M, T, B, H], and after each sequence's last step
//
//   M models, T steps, B sequences; H units, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::linear_scan::LinearScan;
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> linear_scan: LinearScan;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> tensors: array<vec4f>;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 16u);
  let u = index % linear_scan.units;
  let b = index / linear_scan.units % linear_scan.sequences;
  let m = index / (linear_scan.units * linear_scan.sequences);
  if (m >= linear_scan.models) {
    return;
  }
  let length = lengths[b];
  var h = tensors[linear_scan.before + index];
  for (var t = 0u; t < linear_scan.steps; t++) {
    let row = (m * linear_scan.steps + t) * linear_scan.sequences + b;
    let next = tensors[strip_row(linear_scan.a, row) + u] * h + tensors[strip_row(linear_scan.b, row) + u];
    h = select(h, next, t < length);
    tensors[strip_row(linear_scan.h, row) + u] = select(vec4f(0.0), h, t < length);
  }
  tensors[linear_scan.after + index] = h;
}
