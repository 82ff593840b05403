// linear_scan_backward.wgsl: gradients back through h_t = a_t ⊙ h_{t−1} + b_t.
//
// One invocation per row of gradients of a sequence and quad of units: all steps of them. What reaches h_t by later steps
// is left in d_b, where it is the same.
//
//   reads    lengths [B]
//            tensors     a, h [M, T, B, H], h before the first step [M, B, H]
//            d_tensors   at h [M, T, R, H], and at h after the last step [M, R, H]
//   writes   d_tensors   d_a, d_b [M, T, R, H], and at h before the first step
//
//   M models, T steps, B sequences, R rows of gradients; H units, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::linear_scan::LinearScan;
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> linear_scan: LinearScan;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> d_tensors: array<vec4f>;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 16u);
  let rows = linear_scan.sequences * linear_scan.each;
  let u = index % linear_scan.units;
  let r = index / linear_scan.units % rows;
  let m = index / (linear_scan.units * rows);
  if (m >= linear_scan.models) {
    return;
  }
  let b = r / linear_scan.each;
  let length = lengths[b];
  var d_h = d_tensors[linear_scan.d_after + index];
  for (var back = 0u; back < linear_scan.steps; back++) {
    let t = linear_scan.steps - 1u - back;
    let row = (m * linear_scan.steps + t) * linear_scan.sequences + b;
    let d_row = (m * linear_scan.steps + t) * rows + r;
    let there_is = t < length;
    let before = tensors[select(strip_row(linear_scan.h, row - min(t, 1u) * linear_scan.sequences), linear_scan.before + (m * linear_scan.sequences + b) * linear_scan.units, t == 0u) + u];
    let d = d_h + d_tensors[strip_row(linear_scan.d_h, d_row) + u];
    d_tensors[strip_row(linear_scan.d_a, d_row) + u] = select(vec4f(0.0), d * before, there_is);
    d_tensors[strip_row(linear_scan.d_b, d_row) + u] = select(vec4f(0.0), d, there_is);
    d_h = select(d_h, d * tensors[strip_row(linear_scan.a, row) + u], there_is);
  }
  d_tensors[linear_scan.d_before + index] = d_h;
}
