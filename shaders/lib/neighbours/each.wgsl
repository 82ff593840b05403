// each.wgsl: how neighbours in a workgroup share what they read: not at all. The other way is in quads.wgsl.

// Invocations that share.
const SHARERS = 1u;

struct Invocation {
  @builtin(local_invocation_index) index: u32,
}

// The place of an invocation in its workgroup.
fn place_of(invocation: Invocation) -> u32 {
  return invocation.index;
}

// What each of the sharers has read, in the order of their places.
fn told(mine: vec4f) -> array<vec4f, SHARERS> {
  return array(mine);
}
