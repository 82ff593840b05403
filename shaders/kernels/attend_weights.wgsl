// attend_weights.wgsl: the weights of attention, made again to be looked at.
//
// One invocation per entry.
//
//   reads    lengths [B]
//            tensors                      q, k, those of earlier steps, log Σ exp(score), as attend_forward.wgsl left them
//   writes   weights [M, T, B, heads, S]  A[t, s], 0 where s is not seen
//
//   M models, T steps, B sequences; S steps, earlier ones first.

import package::lib::attend::{Attend, head_rows};
import package::lib::dispatch::flat_index;
import package::lib::earlier::Earlier;

@group(0) @binding(0) var<uniform> attend: Attend;
@group(0) @binding(1) var<uniform> earlier: Earlier;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> weights: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let all = earlier.steps + attend.steps;
  let s = index % all;
  let head = index / all % attend.heads;
  let row = index / (all * attend.heads);
  let b = row % attend.sequences;
  let t = row / attend.sequences % attend.steps;
  let m = row / (attend.sequences * attend.steps);
  if (m >= attend.models) {
    return;
  }
  let q = head_rows(attend.q, vec4u(t), m, attend.steps, b, attend.sequences, head * attend.key_quads).x;
  var k = head_rows(attend.earlier_k, vec4u(s), m, attend.room, b, attend.sequences, head * attend.key_quads).x;
  if (s >= earlier.steps) {
    k = head_rows(attend.k, vec4u(s - earlier.steps), m, attend.steps, b, attend.sequences, head * attend.key_quads).x;
  }
  var score = 0.0;
  for (var i = 0u; i < attend.key_quads; i++) {
    score += dot(tensors[q + i], tensors[k + i]);
  }
  let normalizer = tensors[attend.normalizer + ((m * attend.sequences + b) * attend.heads + head) * attend.tiles + t / 4u][t % 4u];
  weights[index] = select(0.0, exp(clamp(score * attend.scale - normalizer, -87.0, 0.0)), s <= earlier.steps + t && t < lengths[b]);
}
