// squared_error.wgsl: squared distance from the numbers that should have come, and its gradient, over what was told.
//
// One invocation per row. A row that is not asked for gets 0. The mean is over the rows asked for and their C numbers.
//
//   reads    targets [T, B]      0 where numbers are asked for; anything else asks for nothing
//            values [T, B, C]    not padded
//            told [M, T, B, C]
//            said [M, T, B]      only where it is added to
//   writes   told                the gradient, over what was told
//            said                each row's part of the mean loss, and 0
//            standing [M]       1 where the loss is not finite
//
//   M models, T steps, B sequences; C numbers, padded to quads.

import package::lib::batch::Batch;
import package::lib::dispatch::flat_index;
import package::lib::update::is_wild;

struct SquaredError {
  // M · T · B
  rows: u32,
  // T · B
  targets: u32,
  // C
  numbers: u32,
}

@group(0) @binding(0) var<uniform> squared_error: SquaredError;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read_write> told: array<f32>;
@group(0) @binding(5) var<storage, read_write> said: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> standing: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = flat_index(workgroup, workgroups, local, 64u);
  if (row >= squared_error.rows) {
    return;
  }
  let numbers = squared_error.numbers;
  let first = row * ((numbers + 3u) / 4u * 4u);
  let place = row % squared_error.targets;
  let weight = select(0.0, batch.weight / f32(numbers), targets[place] == 0u);
  var loss = 0.0;
  for (var c = 0u; c < numbers; c++) {
    var distance = 0.0;
    if (weight > 0.0) {
      distance = told[first + c] - values[place * numbers + c];
    }
    loss += distance * distance;
    told[first + c] = 2.0 * distance * weight;
  }
  var before = vec2f(0.0);
  if (batch.accumulate == 1u) {
    before = said[row];
  }
  if (is_wild(vec4f(loss))) {
    atomicStore(&standing[row / squared_error.targets], 1u);
  }
  said[row] = before + vec2f(loss * weight, 0.0);
}
