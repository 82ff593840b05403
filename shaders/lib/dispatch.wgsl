// dispatch.wgsl: one-dimensional work on a grid that is folded into two dimensions where one would be too long.

// The place of a workgroup in a line that fills rows of the grid one after the other.
fn flat_group(workgroup: vec3u, workgroups: vec3u) -> u32 {
  return workgroup.y * workgroups.x + workgroup.x;
}

// The place of an invocation in that line.
fn flat_index(workgroup: vec3u, workgroups: vec3u, local: u32, workgroup_size: u32) -> u32 {
  return flat_group(workgroup, workgroups) * workgroup_size + local;
}
