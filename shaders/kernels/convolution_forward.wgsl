// convolution_forward.wgsl: every channel a weighted sum of its own last few inputs, then SiLU or nothing.
//
// One invocation per step and quad of channels. The last tap is the current step; before the first step there is the window
// given, or zeros.
//
//   reads    lengths [B]
//            own [M, K + 1, C]   taps, oldest first, and the bias
//            tensors             x [M, T, B, C], the window before [M, B, K, C]
//   writes   tensors             a, the sums, and y [M, T, B, C]; the window after each sequence's last step
//
//   M models, T steps, B sequences; K taps; C channels, padded to quads.

import package::lib::convolution::{Convolution, input_at};
import package::lib::dispatch::flat_index;
import package::lib::pointwise::pointwise;
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> convolution: Convolution;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> own: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> tensors: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let c = index % convolution.channels;
  let b = index / convolution.channels % convolution.sequences;
  let t = index / (convolution.channels * convolution.sequences) % convolution.steps;
  let m = index / (convolution.channels * convolution.sequences * convolution.steps);
  if (m >= convolution.models) {
    return;
  }
  let weights = m * (convolution.taps + 1u) * convolution.channels + c;
  let length = lengths[b];
  var a = own[weights + convolution.taps * convolution.channels];
  for (var k = 0u; k < convolution.taps; k++) {
    a += own[weights + k * convolution.channels] * tensors[input_at(convolution, m, t + 1u + k, b, c)];
  }
  let row = (m * convolution.steps + t) * convolution.sequences + b;
  let there_is = t < length;
  tensors[strip_row(convolution.a, row) + c] = select(vec4f(0.0), a, there_is);
  tensors[strip_row(convolution.y, row) + c] = select(vec4f(0.0), pointwise(convolution.activation, a), there_is);
  if (t + 1u == max(length, 1u)) {
    for (var k = 0u; k < convolution.taps; k++) {
      tensors[convolution.after + ((m * convolution.sequences + b) * convolution.taps + k) * convolution.channels + c] = tensors[input_at(convolution, m, length + k, b, c)];
    }
  }
}
