// update.wgsl: what an update needs besides gradients, and what it finds out about them.

struct Update {
  // what the optimiser asks for
  numbers: array<vec4f, 2>,
  // largest norm of a model's whole gradient, and largest magnitude of an entry; 0 for any
  most_norm: f32,
  most_value: f32,
  // where in the ring the tally of this update is
  place: u32,
  segments: u32,
  // workgroups of a model
  groups: u32,
  // slices of sums that are to be added up
  slices: u32,
  // from slot to slot of the optimiser, in quads
  slot: u32,
  // rows (t, b) of a batch
  rows: u32,
}

const INFINITY = 0x7f800000u;

// Whether some entry is NaN or infinite: exponent bits all set. By bit pattern, because WGSL lets a compiler assume neither exists.
fn is_wild(quad: vec4f) -> bool {
  return any((bitcast<vec4u>(quad) & vec4u(INFINITY)) == vec4u(INFINITY));
}
