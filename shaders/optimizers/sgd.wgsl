// sgd.wgsl: gradient descent with momentum, Nesterov's if asked. Twin of src/engine/optimizers/sgd.ts.
//
//   v' = μ·v + d     p' = p − η·(direct·d + kept·v')

import package::lib::update_step::Updated;

const SLOTS = 1u;
// an array has at least one row
const SLOT_ROWS = 1u;

// numbers: η, μ, weight decay, direct | kept
fn updated(p: vec4f, given: vec4f, slots: array<vec4f, SLOT_ROWS>, numbers: array<vec4f, 2>) -> Updated {
  let d = given + numbers[0].z * p;
  let next_v = numbers[0].y * slots[0] + d;
  return Updated(p - numbers[0].x * (numbers[0].w * d + numbers[1].x * next_v), array<vec4f, SLOT_ROWS>(next_v));
}
