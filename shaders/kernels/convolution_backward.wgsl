// convolution_backward.wgsl: gradients back through a causal convolution.
//
// One invocation per row of gradients of a sequence and quad of channels: all steps of them. Where a product reads y, its
// gradient there is added first, four steps at a time, so that the product needs no dispatch for it.
//
//   reads    lengths [B]
//            own [M, K + 1, C]     taps, oldest first, and the bias
//            w [M, P, C]           of the product, turned
//            tensors               x, a [M, T, B, C], the window before
//            d_tensors             d_y [M, T, R, C], at what the product made [M, T, R, P], and at the window after
//   writes   d_tensors             d_y, d_a, d_x [M, T, R, C], and at the window before; parts [M, R, K + 1, C], which sum over
//                                  R to the gradients of taps and bias
//
//   M models, T steps, B sequences, R rows of gradients; K taps; C channels and P of the product's columns, padded to quads.

import package::lib::convolution::{Convolution, input_at};
import package::lib::dispatch::flat_index;
import package::lib::pointwise::pointwise_slope;
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> convolution: Convolution;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> own: array<vec4f>;
@group(0) @binding(3) var<storage, read> w: array<vec4f>;
@group(0) @binding(4) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> d_tensors: array<vec4f>;

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

  for (var first = 0u; first < select(0u, length, convolution.read > 0u); first += 4u) {
    add_product(m, r, rows, c, first, length);
  }

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

// Adds what the product sends back to y, at four steps.
fn add_product(m: u32, r: u32, rows: u32, c: u32, first: u32, length: u32) {
  let steps = min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(length - 1u));
  let row = (vec4u(m * convolution.steps) + steps) * rows + vec4u(r);
  let d_read = vec4u(convolution.d_read.x) + row * convolution.d_read.y;
  // columns: steps
  var d = mat4x4f();
  for (var k = 0u; k < convolution.read; k++) {
    let at = (m * convolution.read + k) * 4u * convolution.channels + c;
    d += mat4x4f(w[at], w[at + convolution.channels], w[at + 2u * convolution.channels], w[at + 3u * convolution.channels])
      * mat4x4f(d_tensors[d_read.x + k], d_tensors[d_read.y + k], d_tensors[d_read.z + k], d_tensors[d_read.w + k]);
  }
  for (var i = 0u; i < min(4u, length - first); i++) {
    d_tensors[strip_row(convolution.d_y, row[i]) + c] += d[i];
  }
}
