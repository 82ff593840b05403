// scan_show.wgsl: what a selective scan does not keep, made again to be looked at: its states, what a step keeps of them,
// ∂loss/∂ them, and B and C that are the same at every step.
//
// One invocation per sequence, or row of gradients, and quad of channels: all steps, four states at a time.
//
//   reads    lengths [B]
//            tensors                     as scan_forward.wgsl left them
//            d_tensors                   as scan_backward.wgsl left them, for a gradient
//   writes   shown [M, T, B, channels, N]  without the padding of channels, with that of states; of B and C [M, T, B, G, N]
//
//   M models, T steps, B sequences; D channels, N states, padded to quads; G groups of channels.

import package::lib::dispatch::flat_index;
import package::lib::pointwise::kept_part;
import package::lib::scan::{Scan, states_row};
import package::lib::strip::strip_row;

// What is shown, and how many channels of a group are no padding.
struct Shown {
  what: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> scan: Scan;
@group(0) @binding(1) var<uniform> wanted: Shown;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(4) var<storage, read> d_tensors: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> shown: array<vec4f>;

const STATES = 0u;
const DECAY = 1u;
const D_STATES = 2u;
const CONSTANT_B = 3u;
const CONSTANT_C = 4u;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 16u);
  let c = index % scan.channels;
  let b = index / scan.channels % scan.sequences;
  let m = index / (scan.channels * scan.sequences);
  if (m >= scan.models) {
    return;
  }
  let length = lengths[b];
  let width = scan.channels;
  let groups = width / scan.group;
  let of_group = c / scan.group * scan.states;
  let side_B = scan.kept_sides + 2u * m * groups * scan.states + of_group;
  let side_C = side_B + groups * scan.states;
  if (wanted.what >= CONSTANT_B) {
    if (c % scan.group == 0u) {
      show_side(select(side_B, side_C, wanted.what == CONSTANT_C), m, b, of_group, groups, length);
    }
    return;
  }
  for (var q = 0u; q < scan.states; q++) {
    let a = scan.rates + (m * 4u * scan.states + 4u * q) * width + c;
    let A = mat4x4f(tensors[a], tensors[a + width], tensors[a + 2u * width], tensors[a + 3u * width]);
    let start = states_row(scan, 0u, m, b, q, c);
    var h = mat4x4f(tensors[start], tensors[start + width], tensors[start + 2u * width], tensors[start + 3u * width]);
    if (wanted.what == D_STATES) {
      let after = scan.d_after + ((m * scan.sequences + b) * 4u * scan.states + 4u * q) * width + c;
      h = mat4x4f(d_tensors[after], d_tensors[after + width], d_tensors[after + 2u * width], d_tensors[after + 3u * width]);
    }
    for (var i = 0u; i < scan.steps; i++) {
      let t = select(i, scan.steps - 1u - i, wanted.what == D_STATES);
      let row = (m * scan.steps + t) * scan.sequences + b;
      let delta = tensors[strip_row(scan.delta, row) + c];
      let decay = mat4x4f(kept_part(delta * A[0]), kept_part(delta * A[1]), kept_part(delta * A[2]), kept_part(delta * A[3]));
      var values = decay;
      if (wanted.what == D_STATES) {
        let C = select(tensors[strip_row(scan.C, row) + of_group + q], tensors[side_C + q], scan.constant_C == 1u);
        let d = d_tensors[strip_row(scan.d_ungated, row) + c];
        values = mat4x4f(h[0] + d * C.x, h[1] + d * C.y, h[2] + d * C.z, h[3] + d * C.w);
        if (t < length) {
          h = mat4x4f(values[0] * decay[0], values[1] * decay[1], values[2] * decay[2], values[3] * decay[3]);
        }
      } else if (wanted.what == STATES) {
        let B = select(tensors[strip_row(scan.B, row) + of_group + q], tensors[side_B + q], scan.constant_B == 1u);
        let enters = delta * tensors[strip_row(scan.u, row) + c];
        if (t < length) {
          h = mat4x4f(decay[0] * h[0] + enters * B.x, decay[1] * h[1] + enters * B.y, decay[2] * h[2] + enters * B.z, decay[3] * h[3] + enters * B.w);
        }
        values = h;
      }
      let of_channels = transpose(values);
      for (var j = 0u; j < 4u; j++) {
        let within = c % scan.group * 4u + j;
        if (within < wanted.width) {
          shown[(row * groups * wanted.width + c / scan.group * wanted.width + within) * scan.states + q] = select(vec4f(0.0), of_channels[j], t < length);
        }
      }
    }
  }
}

// One group's B or C, at each step there is.
fn show_side(side: u32, m: u32, b: u32, of_group: u32, groups: u32, length: u32) {
  for (var t = 0u; t < scan.steps; t++) {
    let row = (m * scan.steps + t) * scan.sequences + b;
    for (var q = 0u; q < scan.states; q++) {
      shown[row * groups * scan.states + of_group + q] = select(vec4f(0.0), tensors[side + q], t < length);
    }
  }
}
