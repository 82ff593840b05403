// sum_slices.wgsl: add up the slices of a sum, in order, into the first.
//
// One invocation per quad.
//
//   reads    sums [L, E]   the slices
//   writes   sums          the sum, in the first slice
//
//   L slices, E entries of each.

import package::lib::dispatch::flat_index;

struct Slices {
  count: u32,
  // E / 4
  quads: u32,
}

@group(0) @binding(0) var<uniform> slices: Slices;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index >= slices.quads) {
    return;
  }
  var total = sums[index];
  for (var slice = 1u; slice < slices.count; slice++) {
    total += sums[slice * slices.quads + index];
  }
  sums[index] = total;
}
