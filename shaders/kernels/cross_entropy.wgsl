// cross_entropy.wgsl: −log softmax of the class that should have come, and its gradient, over the scores.
//
// One invocation per row. A target that is no class asks for nothing: its row gets 0. The largest score is taken off
// first, so that nothing overflows.
//
//   reads    targets [T, B]
//            logits [M, T, B, C]
//   writes   logits            the gradient, over the scores
//            loss [M, T, B]
//
//   M models, T steps, B sequences; C classes, padded to quads.

import package::lib::dispatch::flat_index;

struct CrossEntropy {
  // M · T · B
  rows: u32,
  // T · B
  targets: u32,
  classes: u32,
  // 1 / targets asked for
  weight: f32,
}

@group(0) @binding(0) var<uniform> cross_entropy: CrossEntropy;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> logits: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;

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
  if (target_class >= classes) {
    for (var c = 0u; c < classes; c++) {
      logits[first + c] = 0.0;
    }
    loss[row] = 0.0;
    return;
  }
  var largest = logits[first];
  for (var c = 1u; c < classes; c++) {
    largest = max(largest, logits[first + c]);
  }
  var sum = 0.0;
  for (var c = 0u; c < classes; c++) {
    sum += exp(max(logits[first + c] - largest, -87.0));
  }
  loss[row] = log(sum) - (logits[first + target_class] - largest);
  for (var c = 0u; c < classes; c++) {
    let probability = exp(max(logits[first + c] - largest, -87.0)) / sum;
    logits[first + c] = (probability - select(0.0, 1.0, c == target_class)) * cross_entropy.weight;
  }
}
