// update_step.wgsl: what an optimiser gives back for four entries of a parameter. Twin of Optimizer.update in
// src/engine/optimizers/optimizer.ts; the sizes are the optimiser's.

import package::optimizers::optimizer::SLOT_ROWS;

struct Updated {
  p: vec4f,
  slots: array<vec4f, SLOT_ROWS>,
}
