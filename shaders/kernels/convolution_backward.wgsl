// convolution_backward.wgsl: gradients back through a causal convolution.
//
// One invocation per row of gradients of a sequence and quad of channels: all steps of them.
//
//   reads    lengths [B]
//            own [M, K + 1, C]     taps, oldest first, and the bias
//            tensors               x, a [M, T, B, C], the window before
//            d_tensors             d_y [M, T, R, C], and at the window after
//   writes   d_tensors             d_a, d_x [M, T, R, C], and at the window before; parts [M, R, K + 1, C], which sum over R to
//                                  the gradients of taps and bias
//
//   M models, T steps, B sequences, R rows of gradients; K taps; C channels, padded to quads.

import package::lib::convolution::{Convolution, input_at};
import package::lib::dispatch::flat_index;
import package::lib::pointwise::pointwise_slope;
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> convolution: Convolution;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> own: array<vec4f>;
@group(0) @binding(3) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_tensors: array<vec4f>;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 16u);
  let rows = convolution.sequences * convolution.each;
  let c = index % convolution.channels;
  let r = index / convolution.channels % rows;
  let m = index / (convolution.channels * rows);
  if (m >= convolution.models) {
    return;
  }
  let b = r / convolution.each;
  let length = min(lengths[b], convolution.steps);
  let weights = m * (convolution.taps + 1u) * convolution.channels + c;
  let windows = (m * rows + r) * convolution.taps * convolution.channels + c;
  let parts = convolution.parts + (m * rows + r) * (convolution.taps + 1u) * convolution.channels + c;

  var bias = vec4f(0.0);
  for (var t = 0u; t < convolution.steps; t++) {
    let a = tensors[strip_row(convolution.a, (m * convolution.steps + t) * convolution.sequences + b) + c];
    let row = (m * convolution.steps + t) * rows + r;
    var d_a = vec4f(0.0);
    if (t < length) {
      d_a = d_tensors[strip_row(convolution.d_y, row) + c] * pointwise_slope(convolution.activation, a);
    }
    d_tensors[strip_row(convolution.d_a, row) + c] = d_a;
    bias += d_a;
  }
  d_tensors[parts + convolution.taps * convolution.channels] = bias;

  for (var k = 0u; k < convolution.taps; k++) {
    var sum = vec4f(0.0);
    for (var t = 0u; t < length; t++) {
      sum += d_tensors[strip_row(convolution.d_a, (m * convolution.steps + t) * rows + r) + c] * tensors[input_at(convolution, m, t + 1u + k, b, c)];
    }
    d_tensors[parts + k * convolution.channels] = sum;
  }

  // Input i, counted from the window's oldest, is tap k of step i − 1 − k, and entry i − length of the window after.
  for (var i = 0u; i < convolution.taps + convolution.steps; i++) {
    var d = vec4f(0.0);
    for (var k = 0u; k < convolution.taps; k++) {
      let t = i - 1u - k;
      if (k + 1u <= i && t < length) {
        d += own[weights + k * convolution.channels] * d_tensors[strip_row(convolution.d_a, (m * convolution.steps + t) * rows + r) + c];
      }
    }
    if (i >= length && i - length < convolution.taps) {
      d += d_tensors[convolution.d_after + windows + (i - length) * convolution.channels];
    }
    if (i < convolution.taps) {
      d_tensors[convolution.d_before + windows + i * convolution.channels] = d;
    } else {
      d_tensors[strip_row(convolution.d_x, (m * convolution.steps + i - convolution.taps) * rows + r) + c] = d;
    }
  }
}
