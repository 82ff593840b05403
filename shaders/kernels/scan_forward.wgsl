// scan_forward.wgsl: the selective scan: h_t = exp(Δ·A) ⊙ h_{t−1} + Δ·B_t·u_t, y_t = (C_t·h_t + D ⊙ u_t) ⊙ silu(z_t).
//
// One invocation per sequence and quad of channels: all steps of the span, four states at a time. Every CHUNK steps the states
// are left for the way back, which makes those in between again, and for the next span.
//
//   reads    lengths [B]
//            own [M, N + 2 + R, D]   A, or log −A; D; bias of Δ; what makes Δ of R numbers
//            sides [M, 2, G, N]      B and C, where they are the same at every step
//            tensors                 u, z [M, T, B, D], B, C [M, T, B, G · N], what Δ is made from, h before the first step
//   writes   tensors                 Δ, y before and after its gate [M, T, B, D]; states; A, and B and C that are the same at
//                                    every step, since weights may be others by the time somebody looks
//
//   M models, T steps, B sequences; D channels, N states, padded to quads; G groups of channels.

import package::lib::dispatch::flat_index;
import package::lib::pointwise::{kept_part, silu, softplus};
import package::lib::scan::{CHUNK, Scan, ScanSpan, states_row};
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> scan: Scan;
@group(0) @binding(1) var<uniform> span: ScanSpan;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> own: array<vec4f>;
@group(0) @binding(4) var<storage, read> sides: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> tensors: array<vec4f>;

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
  let first = m * (4u * (scan.states + scan.rank) + 2u) * scan.channels + c;
  let groups = scan.channels / scan.group;
  let of_group = c / scan.group * scan.states;

  let skip = own[first + 4u * scan.states * scan.channels];
  let bias = own[first + (4u * scan.states + 1u) * scan.channels];
  for (var t = span.first; t < span.end; t++) {
    let row = (m * scan.steps + t) * scan.sequences + b;
    var raw = bias;
    if (scan.driven == 1u) {
      if (scan.rank == 0u) {
        raw += tensors[strip_row(scan.source, row) + c];
      }
      for (var r = 0u; r < scan.rank; r++) {
        let w = first + (4u * (scan.states + r) + 2u) * scan.channels;
        raw += mat4x4f(own[w], own[w + scan.channels], own[w + 2u * scan.channels], own[w + 3u * scan.channels]) * tensors[strip_row(scan.source, row) + r];
      }
    }
    let delta = select(raw, softplus(raw), scan.positive == 1u);
    tensors[strip_row(scan.delta, row) + c] = select(vec4f(0.0), delta, t < length);
    tensors[strip_row(scan.ungated, row) + c] = select(vec4f(0.0), skip * tensors[strip_row(scan.u, row) + c], t < length);
  }

  for (var q = 0u; q < scan.states; q++) {
    let a = first + 4u * q * scan.channels;
    let A = mat4x4f(rate(a), rate(a + scan.channels), rate(a + 2u * scan.channels), rate(a + 3u * scan.channels));
    if (b == 0u) {
      keep(A, m, q, c, groups);
    }
    let start = states_row(scan, span.first / CHUNK, m, b, q, c);
    var h = mat4x4f(tensors[start], tensors[start + scan.channels], tensors[start + 2u * scan.channels], tensors[start + 3u * scan.channels]);
    for (var t = span.first; t < span.end; t++) {
      if (t % CHUNK == 0u) {
        leave(h, t / CHUNK, m, b, q, c);
      }
      if (t < length) {
        let row = (m * scan.steps + t) * scan.sequences + b;
        let delta = tensors[strip_row(scan.delta, row) + c];
        let enters = delta * tensors[strip_row(scan.u, row) + c];
        var B = sides[m * 2u * groups * scan.states + of_group + q];
        if (scan.constant_B == 0u) {
          B = tensors[strip_row(scan.B, row) + of_group + q];
        }
        var C = sides[(m * 2u + 1u) * groups * scan.states + of_group + q];
        if (scan.constant_C == 0u) {
          C = tensors[strip_row(scan.C, row) + of_group + q];
        }
        h = mat4x4f(
          kept_part(delta * A[0]) * h[0] + enters * B.x,
          kept_part(delta * A[1]) * h[1] + enters * B.y,
          kept_part(delta * A[2]) * h[2] + enters * B.z,
          kept_part(delta * A[3]) * h[3] + enters * B.w,
        );
        tensors[strip_row(scan.ungated, row) + c] += h * C;
      }
    }
    leave(h, (span.end + CHUNK - 1u) / CHUNK, m, b, q, c);
  }

  for (var t = span.first; t < span.end; t++) {
    let row = (m * scan.steps + t) * scan.sequences + b;
    var y = tensors[strip_row(scan.ungated, row) + c];
    if (scan.gated == 1u) {
      y *= silu(tensors[strip_row(scan.z, row) + c]);
    }
    tensors[strip_row(scan.y, row) + c] = select(vec4f(0.0), y, t < length);
  }
}

fn rate(at: u32) -> vec4f {
  return select(own[at], -exp(min(own[at], vec4f(87.0))), scan.logarithm == 1u);
}

fn keep(A: mat4x4f, m: u32, q: u32, c: u32, groups: u32) {
  for (var j = 0u; j < 4u; j++) {
    tensors[scan.rates + (m * 4u * scan.states + 4u * q + j) * scan.channels + c] = A[j];
  }
  if (c % scan.group == 0u) {
    for (var side = 0u; side < 2u; side++) {
      let at = ((2u * m + side) * groups + c / scan.group) * scan.states + q;
      tensors[scan.kept_sides + at] = sides[at];
    }
  }
}

fn leave(h: mat4x4f, slot: u32, m: u32, b: u32, q: u32, c: u32) {
  let at = states_row(scan, slot, m, b, q, c);
  for (var j = 0u; j < 4u; j++) {
    tensors[at + j * scan.channels] = h[j];
  }
}
