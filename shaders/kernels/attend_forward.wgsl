// attend_forward.wgsl: causal attention of several heads, without a tensor of T × T weights.
//
// One invocation per four queries of one head and up to four quads of its result. Keys come four at a time; weights are
// kept relative to the largest score so far, and what was added up shrinks when a larger one comes (Milakov and Gimelshein
// 2018). What the weights were divided by is left for the way back.
//
//   reads    lengths [B]
//            tensors           q, k [M, T, B, heads · d], v [M, T, B, heads · e], k and v of earlier steps [M, P, B, ..]
//   writes   tensors           y [M, T, B, heads · e], 0 past a sequence's length; log Σ exp(score) [M, B, heads, T]; k and v
//                              behind those of earlier steps, where the run remembers
//
//   M models, T steps, B sequences, P places for earlier steps.

import package::lib::attend::{Attend, UNSEEN, earlier_tiles, head_rows, key_rows, keys_at, sees, steps_of};
import package::lib::dispatch::flat_index;
import package::lib::earlier::Earlier;

@group(0) @binding(0) var<uniform> attend: Attend;
@group(0) @binding(1) var<uniform> earlier: Earlier;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> tensors: array<vec4f>;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 16u);
  let block = index % attend.blocks;
  let tile = index / attend.blocks % attend.tiles;
  let head = index / (attend.blocks * attend.tiles) % attend.heads;
  let b = index / (attend.blocks * attend.tiles * attend.heads) % attend.sequences;
  let m = index / (attend.blocks * attend.tiles * attend.heads * attend.sequences);
  if (m >= attend.models) {
    return;
  }
  let length = lengths[b];
  let own = steps_of(attend, tile);
  let q = head_rows(attend.q, own, m, attend.steps, b, attend.sequences, head * attend.key_quads);
  let first = 4u * block;
  let last = attend.value_quads - 1u;

  var most = vec4f(UNSEEN);
  var total = vec4f(0.0);
  // columns: queries
  var y0 = mat4x4f();
  var y1 = mat4x4f();
  var y2 = mat4x4f();
  var y3 = mat4x4f();
  for (var n = 0u; n <= earlier_tiles(earlier) + tile; n++) {
    let keys = keys_at(n, earlier);
    let k = key_rows(attend, attend.k, attend.earlier_k, keys, m, b, head * attend.key_quads);
    // columns: keys
    var scores = mat4x4f();
    for (var i = 0u; i < attend.key_quads; i++) {
      let of_queries = mat4x4f(tensors[q.x + i], tensors[q.y + i], tensors[q.z + i], tensors[q.w + i]);
      scores += transpose(of_queries) * mat4x4f(tensors[k.x + i], tensors[k.y + i], tensors[k.z + i], tensors[k.w + i]);
    }
    let s0 = select(vec4f(UNSEEN), scores[0] * attend.scale, sees(tile, keys, 0u, length, earlier));
    let s1 = select(vec4f(UNSEEN), scores[1] * attend.scale, sees(tile, keys, 1u, length, earlier));
    let s2 = select(vec4f(UNSEEN), scores[2] * attend.scale, sees(tile, keys, 2u, length, earlier));
    let s3 = select(vec4f(UNSEEN), scores[3] * attend.scale, sees(tile, keys, 3u, length, earlier));
    let largest = max(max(max(s0, s1), max(s2, s3)), most);
    let shrunk = share(most, largest);
    let weights = mat4x4f(share(s0, largest), share(s1, largest), share(s2, largest), share(s3, largest));
    most = largest;
    total = total * shrunk + weights[0] + weights[1] + weights[2] + weights[3];
    let shrinking = mat4x4f(vec4f(shrunk.x, 0.0, 0.0, 0.0), vec4f(0.0, shrunk.y, 0.0, 0.0), vec4f(0.0, 0.0, shrunk.z, 0.0), vec4f(0.0, 0.0, 0.0, shrunk.w));
    let of_queries = transpose(weights);
    let v = key_rows(attend, attend.v, attend.earlier_v, keys, m, b, head * attend.value_quads);
    y0 = y0 * shrinking + values(v + min(first, last)) * of_queries;
    y1 = y1 * shrinking + values(v + min(first + 1u, last)) * of_queries;
    y2 = y2 * shrinking + values(v + min(first + 2u, last)) * of_queries;
    y3 = y3 * shrinking + values(v + min(first + 3u, last)) * of_queries;
  }

  let seen = total > vec4f(0.0);
  let part = select(vec4f(0.0), 1.0 / max(total, vec4f(1e-30)), seen);
  for (var i = 0u; i < 16u; i++) {
    let r = i % 4u;
    let quad = first + i / 4u;
    if (4u * tile + r < attend.steps && quad < attend.value_quads) {
      let y = head_rows(attend.y, own, m, attend.steps, b, attend.sequences, head * attend.value_quads)[r];
      var of_quad = y0[r];
      switch i / 4u {
        case 0u: {}
        case 1u: { of_quad = y1[r]; }
        case 2u: { of_quad = y2[r]; }
        default: { of_quad = y3[r]; }
      }
      tensors[y + quad] = of_quad * part[r];
    }
  }
  if (block == 0u) {
    if (attend.remembers == 1u) {
      remember(m, b, head, tile);
    }
    tensors[attend.normalizer + ((m * attend.sequences + b) * attend.heads + head) * attend.tiles + tile] = select(vec4f(0.0), most + log(max(total, vec4f(1e-30))), seen);
  }
}

// Leaves the keys and values of a tile behind those of earlier steps: nobody reads these places in this run.
fn remember(m: u32, b: u32, head: u32, tile: u32) {
  let own = steps_of(attend, tile);
  let k = head_rows(attend.k, own, m, attend.steps, b, attend.sequences, head * attend.key_quads);
  let v = head_rows(attend.v, own, m, attend.steps, b, attend.sequences, head * attend.value_quads);
  let to_k = head_rows(attend.earlier_k, own + earlier.steps, m, attend.room, b, attend.sequences, head * attend.key_quads);
  let to_v = head_rows(attend.earlier_v, own + earlier.steps, m, attend.room, b, attend.sequences, head * attend.value_quads);
  for (var r = 0u; r < 4u; r++) {
    if (4u * tile + r < attend.steps) {
      for (var i = 0u; i < attend.key_quads; i++) {
        tensors[to_k[r] + i] = tensors[k[r] + i];
      }
      for (var i = 0u; i < attend.value_quads; i++) {
        tensors[to_v[r] + i] = tensors[v[r] + i];
      }
    }
  }
}

// exp(score − largest), exactly 0 for what is not seen.
fn share(score: vec4f, largest: vec4f) -> vec4f {
  return select(exp(max(score - largest, vec4f(-87.0))), vec4f(0.0), score <= vec4f(UNSEEN));
}

fn values(at: vec4u) -> mat4x4f {
  return mat4x4f(tensors[at.x], tensors[at.y], tensors[at.z], tensors[at.w]);
}
