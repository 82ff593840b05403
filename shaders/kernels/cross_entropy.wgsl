// cross_entropy.wgsl: −log softmax of the class that should have come, and its gradient, over the scores.
//
// One invocation per row. A target that is no class asks for nothing: its row gets 0. The largest score is taken off
// first, so that nothing overflows. With smoothing ε a target is (1 − ε)·onehot + ε/C (Szegedy et al. 2016).
//
//   reads    targets [T, B]
//            logits [M, T, B, C]
//            said [M, T, B]      only where it is added to
//   writes   logits              the gradient, over the scores
//            said                each row's part of the mean loss; 1 where the largest score is the target's, the first of equals
//            standing [M]       1 where the loss is not finite
//
//   M models, T steps, B sequences; C classes, padded to quads.

import package::lib::batch::Batch;
import package::lib::dispatch::flat_index;
import package::lib::update::is_wild;

struct CrossEntropy {
  // M · T · B
  rows: u32,
  // T · B
  targets: u32,
  classes: u32,
}

@group(0) @binding(0) var<uniform> cross_entropy: CrossEntropy;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> logits: array<f32>;
@group(0) @binding(4) var<storage, read_write> said: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> standing: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = flat_index(workgroup, workgroups, local, 64u);
  if (row >= cross_entropy.rows) {
    return;
  }
  let classes = cross_entropy.classes;
  let first = row * ((classes + 3u) / 4u * 4u);
  let target_class = targets[row % cross_entropy.targets];
  var before = vec2f(0.0);
  if (batch.accumulate == 1u) {
    before = said[row];
  }
  if (target_class >= classes) {
    for (var c = 0u; c < classes; c++) {
      logits[first + c] = 0.0;
    }
    said[row] = before;
    return;
  }

  var largest = logits[first];
  var named = 0u;
  for (var c = 1u; c < classes; c++) {
    if (logits[first + c] > largest) {
      largest = logits[first + c];
      named = c;
    }
  }
  var sum = 0.0;
  var below = 0.0;
  for (var c = 0u; c < classes; c++) {
    let score = logits[first + c] - largest;
    sum += exp(max(score, -87.0));
    below += score;
  }
  let target_score = logits[first + target_class] - largest;
  let spread = batch.smoothing / f32(classes);
  let loss = log(sum) - (1.0 - batch.smoothing) * target_score - spread * below;
  if (is_wild(vec4f(loss))) {
    atomicStore(&standing[row / cross_entropy.targets], 1u);
  }
  said[row] = before + vec2f(loss * batch.weight, select(0.0, 1.0, named == target_class));
  for (var c = 0u; c < classes; c++) {
    let probability = exp(max(logits[first + c] - largest, -87.0)) / sum;
    let wanted = spread + select(0.0, 1.0 - batch.smoothing, c == target_class);
    logits[first + c] = (probability - wanted) * batch.weight;
  }
}
