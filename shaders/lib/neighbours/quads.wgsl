// quads.wgsl: how neighbours in a workgroup share what they read: each of four reads something else and tells the others.
// For adapters where a read costs much more than that; the other way is in each.wgsl.
//
// Places are counted along subgroups, so that four neighbours are a quad whatever the order of local indices; workgroups are
// whole quads. The four must listen together. Nobody can prove that of a place, which is why the check is off.

enable subgroups;
diagnostic(off, subgroup_uniformity);

// Invocations that share.
const SHARERS = 4u;

struct Invocation {
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) lane: u32,
}

// The place of an invocation in its workgroup.
fn place_of(invocation: Invocation) -> u32 {
  return invocation.subgroup * invocation.size + invocation.lane;
}

// What each of the sharers has read, in the order of their places.
fn told(mine: vec4f) -> array<vec4f, SHARERS> {
  return array(quadBroadcast(mine, 0u), quadBroadcast(mine, 1u), quadBroadcast(mine, 2u), quadBroadcast(mine, 3u));
}
