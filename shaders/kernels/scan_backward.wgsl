// scan_backward.wgsl: gradients back through the selective scan.
//
// One workgroup per row of gradients of a sequence and group of channels; an invocation takes a quad of channels, then the
// next one a workgroup further. States are made again from those that scan_forward.wgsl left, CHUNK steps at a time. What B and
// C get is a sum over the channels of the group: invocations leave their parts of a chunk, and add them up together. Spans follow
// one another from the last to the first: what reaches the states before one is where the next takes it from.
//
//   reads    lengths [B]
//            own [M, N + 2 + R, D]   A, or log −A; D; bias of Δ; what makes Δ of R numbers
//            sides [M, 2, G, N]      B and C, where they are the same at every step
//            tensors                 as scan_forward.wgsl left them
//            d_tensors               d_y [M, T, S, D], and at the states after the last step
//   writes   d_tensors               d_u, d_z, at Δ before bias and softplus [M, T, S, D], d_B, d_C [M, T, S, G · N], at what Δ is
//                                    made from; at the states before; parts [M, S, N + 1, D], which sum over S to the
//                                    gradients of A and D
//
//   M models, T steps, B sequences, S rows of gradients; D channels, N states, padded to quads; G groups of channels.

import package::lib::dispatch::flat_group;
import package::lib::pointwise::{kept_part, silu, silu_slope, softplus_slope};
import package::lib::scan::{CHUNK, Scan, ScanSpan, states_row};
import package::lib::strip::strip_row;

@group(0) @binding(0) var<uniform> scan: Scan;
@group(0) @binding(1) var<uniform> span: ScanSpan;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> own: array<vec4f>;
@group(0) @binding(4) var<storage, read> sides: array<vec4f>;
@group(0) @binding(5) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_tensors: array<vec4f>;

const WORKGROUP = 32u;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let groups = scan.channels / scan.group;
  let rows = scan.sequences * scan.each;
  let index = flat_group(workgroup, workgroups);
  let g = index % groups;
  let r = index / groups % rows;
  let m = index / (groups * rows);
  if (m >= scan.models) {
    return;
  }
  let b = r / scan.each;
  let length = min(lengths[b], scan.steps);
  let room = scan.sums + index * 2u * CHUNK * WORKGROUP;
  let width = scan.channels;
  let chunks = (span.end + CHUNK - 1u) / CHUNK - span.first / CHUNK;
  let is_last = span.end == scan.steps;

  for (var first = 0u; first < scan.group; first += WORKGROUP) {
    let inside = first + local < scan.group;
    let c = g * scan.group + min(first + local, scan.group - 1u);
    let weights = m * (4u * (scan.states + scan.rank) + 2u) * width + c;
    let parts = scan.parts + (m * rows + r) * (4u * scan.states + 1u) * width + c;
    let skip = own[weights + 4u * scan.states * width];

    if (inside) {
      var d_skip = vec4f(0.0);
      for (var t = span.first; t < span.end; t++) {
        let row = (m * scan.steps + t) * scan.sequences + b;
        let d_row = (m * scan.steps + t) * rows + r;
        let d_y = select(vec4f(0.0), d_tensors[strip_row(scan.d_y, d_row) + c], t < length);
        var d_ungated = d_y;
        if (scan.gated == 1u) {
          let z = tensors[strip_row(scan.z, row) + c];
          d_tensors[strip_row(scan.d_z, d_row) + c] = d_y * tensors[strip_row(scan.ungated, row) + c] * silu_slope(z);
          d_ungated = d_y * silu(z);
        }
        d_skip += d_ungated * tensors[strip_row(scan.u, row) + c];
        d_tensors[strip_row(scan.d_ungated, d_row) + c] = d_ungated;
        d_tensors[strip_row(scan.d_u, d_row) + c] = d_ungated * skip;
        d_tensors[strip_row(scan.d_raw, d_row) + c] = vec4f(0.0);
      }
      if (!is_last) {
        d_skip += d_tensors[parts + 4u * scan.states * width];
      }
      d_tensors[parts + 4u * scan.states * width] = d_skip;
    }

    for (var q = 0u; q < scan.states; q++) {
      let side = g * scan.states + q;
      let constant_B = sides[m * 2u * groups * scan.states + side];
      let constant_C = sides[(m * 2u + 1u) * groups * scan.states + side];
      let a = weights + 4u * q * width;
      let A = mat4x4f(rate(a), rate(a + width), rate(a + 2u * width), rate(a + 3u * width));
      let ends = ((m * rows + r) * 4u * scan.states + 4u * q) * width + c;
      let after = select(scan.d_before, scan.d_after, is_last) + ends;
      var d_h = mat4x4f(d_tensors[after], d_tensors[after + width], d_tensors[after + 2u * width], d_tensors[after + 3u * width]);
      var d_A = mat4x4f();
      for (var back = 0u; back < chunks; back++) {
        let chunk = span.first / CHUNK + chunks - 1u - back;
        // The states before each step of the chunk, and after its last.
        var h: array<mat4x4f, CHUNK + 1u>;
        let start = states_row(scan, chunk, m, b, q, c);
        h[0] = mat4x4f(tensors[start], tensors[start + width], tensors[start + 2u * width], tensors[start + 3u * width]);
        for (var i = 0u; i < CHUNK; i++) {
          let t = min(chunk * CHUNK + i, scan.steps - 1u);
          let row = (m * scan.steps + t) * scan.sequences + b;
          let delta = tensors[strip_row(scan.delta, row) + c];
          let enters = delta * tensors[strip_row(scan.u, row) + c];
          let B = select(tensors[strip_row(scan.B, row) + side], constant_B, scan.constant_B == 1u);
          h[i + 1u] = mat4x4f(
            kept_part(delta * A[0]) * h[i][0] + enters * B.x,
            kept_part(delta * A[1]) * h[i][1] + enters * B.y,
            kept_part(delta * A[2]) * h[i][2] + enters * B.z,
            kept_part(delta * A[3]) * h[i][3] + enters * B.w,
          );
        }
        for (var behind = 0u; behind < CHUNK; behind++) {
          let i = CHUNK - 1u - behind;
          let t = chunk * CHUNK + i;
          var d_B = vec4f(0.0);
          var d_C = vec4f(0.0);
          if (inside && t < length) {
            let row = (m * scan.steps + t) * scan.sequences + b;
            let d_row = (m * scan.steps + t) * rows + r;
            let delta = tensors[strip_row(scan.delta, row) + c];
            let u = tensors[strip_row(scan.u, row) + c];
            let B = select(tensors[strip_row(scan.B, row) + side], constant_B, scan.constant_B == 1u);
            let C = select(tensors[strip_row(scan.C, row) + side], constant_C, scan.constant_C == 1u);
            let d_ungated = d_tensors[strip_row(scan.d_ungated, d_row) + c];
            var d_step = vec4f(0.0);
            for (var j = 0u; j < 4u; j++) {
              d_h[j] += d_ungated * C[j];
              let kept = kept_part(delta * A[j]);
              let through = d_h[j] * kept;
              d_step += A[j] * through * h[i][j] + d_h[j] * B[j] * u;
              d_A[j] += delta * through * h[i][j];
              d_C[j] = dot(d_ungated, h[i + 1u][j]);
              d_B[j] = dot(d_h[j], delta * u);
            }
            d_tensors[strip_row(scan.d_u, d_row) + c] += delta * (d_h * B);
            d_tensors[strip_row(scan.d_raw, d_row) + c] += d_step;
            for (var j = 0u; j < 4u; j++) {
              d_h[j] *= kept_part(delta * A[j]);
            }
          }
          d_tensors[room + (2u * i) * WORKGROUP + local] = d_B;
          d_tensors[room + (2u * i + 1u) * WORKGROUP + local] = d_C;
        }
        storageBarrier();
        for (var item = local; item < 2u * CHUNK; item += WORKGROUP) {
          let t = chunk * CHUNK + item / 2u;
          if (t < scan.steps) {
            let d_row = (m * scan.steps + t) * rows + r;
            let at = select(strip_row(scan.d_B, d_row), strip_row(scan.d_C, d_row), item % 2u == 1u) + side;
            var sum = vec4f(0.0);
            for (var i = 0u; i < WORKGROUP; i++) {
              sum += d_tensors[room + item * WORKGROUP + i];
            }
            if (first > 0u) {
              sum += d_tensors[at];
            }
            d_tensors[at] = sum;
          }
        }
        storageBarrier();
      }
      if (inside) {
        for (var j = 0u; j < 4u; j++) {
          d_tensors[scan.d_before + ends + j * width] = d_h[j];
          var d = d_A[j] * select(vec4f(1.0), A[j], scan.logarithm == 1u);
          if (!is_last) {
            d += d_tensors[parts + (4u * q + j) * width];
          }
          d_tensors[parts + (4u * q + j) * width] = d;
        }
      }
    }

    if (inside && scan.positive == 1u) {
      for (var t = span.first; t < span.end; t++) {
        let delta = tensors[strip_row(scan.delta, (m * scan.steps + t) * scan.sequences + b) + c];
        d_tensors[strip_row(scan.d_raw, (m * scan.steps + t) * rows + r) + c] *= softplus_slope(delta);
      }
    }
  }

  storageBarrier();
  if (scan.rank > 0u) {
    for (var item = local; item < (span.end - span.first) * scan.rank; item += WORKGROUP) {
      let d_row = (m * scan.steps + span.first + item / scan.rank) * rows + r;
      let w = (m * (4u * (scan.states + scan.rank) + 2u) + 4u * (scan.states + item % scan.rank) + 2u) * width;
      var sum = vec4f(0.0);
      for (var c = 0u; c < width; c++) {
        let d_raw = d_tensors[strip_row(scan.d_raw, d_row) + c];
        for (var j = 0u; j < 4u; j++) {
          sum[j] += dot(own[w + j * width + c], d_raw);
        }
      }
      d_tensors[strip_row(scan.d_source, d_row) + item % scan.rank] = sum;
    }
  }
}

fn rate(at: u32) -> vec4f {
  return select(own[at], -exp(min(own[at], vec4f(87.0))), scan.logarithm == 1u);
}
