// adamw.wgsl: Adam with its weight decay apart from the gradient (Loshchilov and Hutter 2019). Twin of src/engine/optimizers/adamw.ts.
//
//   m' = β₁·m + (1 − β₁)·d     v' = β₂·v + (1 − β₂)·d²     p' = p − decay·p − step · m' / (root · √v' + ε)

import package::lib::update_step::Updated;

const SLOTS = 2u;
// an array has at least one row
const SLOT_ROWS = 2u;

// numbers: step, root, β₁, β₂ | 1 − β₁, 1 − β₂, ε, decay
fn updated(p: vec4f, d: vec4f, slots: array<vec4f, SLOT_ROWS>, numbers: array<vec4f, 2>) -> Updated {
  let next_m = numbers[0].z * slots[0] + numbers[1].x * d;
  let next_v = numbers[0].w * slots[1] + numbers[1].y * d * d;
  return Updated(p - numbers[1].w * p - numbers[0].x * next_m / (numbers[0].y * sqrt(next_v) + numbers[1].z), array(next_m, next_v));
}
