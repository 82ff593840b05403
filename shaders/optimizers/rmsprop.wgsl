// rmsprop.wgsl: RMSprop (Hinton 2012) with momentum, ε outside the root. Twin of src/engine/optimizers/rmsprop.ts.
//
//   s' = α·s + (1 − α)·d²     v' = μ·v + d / (√s' + ε)     p' = p − η·v'

import package::lib::update_step::Updated;

const SLOTS = 2u;
// an array has at least one row
const SLOT_ROWS = 2u;

// numbers: η, α, 1 − α, ε | μ, weight decay
fn updated(p: vec4f, given: vec4f, slots: array<vec4f, SLOT_ROWS>, numbers: array<vec4f, 2>) -> Updated {
  let d = given + numbers[1].y * p;
  let next_s = numbers[0].y * slots[0] + numbers[0].z * d * d;
  let next_v = numbers[1].x * slots[1] + d / (sqrt(next_s) + numbers[0].w);
  return Updated(p - numbers[0].x * next_v, array(next_s, next_v));
}
