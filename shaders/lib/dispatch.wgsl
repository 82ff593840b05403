// dispatch.wgsl: one-dimensional work on a grid that is folded into two dimensions where one would be too long.

// The place of this invocation in a line of workgroups that fills rows of the grid one after the other.
fn flat_index(workgroup: vec3u, workgroups: vec3u, local: u32, workgroup_size: u32) -> u32 {
  return (workgroup.y * workgroups.x + workgroup.x) * workgroup_size + local;
}
