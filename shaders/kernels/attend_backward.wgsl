// attend_backward.wgsl: gradients back through causal attention, of queries, keys and values in one go.
//
// One invocation per four steps of one head and up to two quads of it. It takes its steps as queries, with every tile of keys
// up to them, and then as keys, with every tile of queries from them on: as much work for every invocation. Steps that came
// before the run, which have places behind its own, are keys alone. Weights A are made again from the scores. With
// d_A[t, s] = d_y_t · v_s the gradient of a score is A ⊙ (d_A − y_t · d_y_t) / √d, since y_t · d_y_t is the sum of A ⊙ d_A
// along the row.
//
//   reads    lengths [B]
//            turns [T, P, 2]   cosine and sine by which planes of queries and keys were turned, if they were
//            tensors           q, k, v, y, log Σ exp(score), k and v of earlier steps, as attend_forward.wgsl left them
//            d_tensors         d_y [M, T, R, heads · e]
//   writes   d_tensors         d_q, d_k, d_v [M, T, R, ..], and at k and v of earlier steps
//
//   M models, T steps, B sequences, R rows of gradients; P planes of a head.

import package::lib::attend::{Attend, Keys, earlier_tiles, head_rows, key_rows, keys_at, sees, steps_of};
import package::lib::dispatch::flat_index;
import package::lib::earlier::Earlier;

@group(0) @binding(0) var<uniform> attend: Attend;
@group(0) @binding(1) var<uniform> earlier: Earlier;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> turns: array<vec4f>;
@group(0) @binding(4) var<storage, read> tensors: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> d_tensors: array<vec4f>;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 16u);
  let rows = attend.sequences * attend.each;
  let all_tiles = attend.tiles + (attend.room + 3u) / 4u;
  let block = index % attend.blocks;
  let place = index / attend.blocks % all_tiles;
  let head = index / (attend.blocks * all_tiles) % attend.heads;
  let r = index / (attend.blocks * all_tiles * attend.heads) % rows;
  let m = index / (attend.blocks * all_tiles * attend.heads * rows);
  let before = earlier_tiles(earlier);
  if (m >= attend.models || place >= attend.tiles + before) {
    return;
  }
  let is_earlier = place >= attend.tiles;
  let tile = select(place, place - attend.tiles, is_earlier);
  let b = r / attend.each;
  let length = lengths[b];
  let of_keys = head * attend.key_quads;
  let of_values = head * attend.value_quads;
  let near_key = min(2u * block, attend.key_quads - 1u);
  let far_key = min(2u * block + 1u, attend.key_quads - 1u);
  let near_value = min(2u * block, attend.value_quads - 1u);
  let far_value = min(2u * block + 1u, attend.value_quads - 1u);

  // columns: steps of the tile
  var d_q_near = mat4x4f();
  var d_q_far = mat4x4f();
  var d_k_near = mat4x4f();
  var d_k_far = mat4x4f();
  var d_v_near = mat4x4f();
  var d_v_far = mat4x4f();
  let turns_as_query = select(before + tile + 1u, 0u, is_earlier);
  let first_query = select(tile, 0u, is_earlier);
  for (var n = 0u; n < turns_as_query + attend.tiles - first_query; n++) {
    let as_queries = n < turns_as_query;
    let queries = select(first_query + n - turns_as_query, tile, as_queries);
    var keys = Keys(tile, is_earlier);
    if (as_queries) {
      keys = keys_at(n, earlier);
    }
    let t = steps_of(attend, queries);
    let q = head_rows(attend.q, t, m, attend.steps, b, attend.sequences, of_keys);
    let k = key_rows(attend, attend.k, attend.earlier_k, keys, m, b, of_keys);
    let v = key_rows(attend, attend.v, attend.earlier_v, keys, m, b, of_values);
    let y = head_rows(attend.y, t, m, attend.steps, b, attend.sequences, of_values);
    let d_y = head_rows(attend.d_y, t, m, attend.steps, r, rows, of_values);
    // rows: queries; columns: keys
    var scores = mat4x4f();
    for (var i = 0u; i < attend.key_quads; i++) {
      scores += transpose(at(q + i)) * at(k + i);
    }
    var d_weights = mat4x4f();
    var along = vec4f(0.0);
    for (var i = 0u; i < attend.value_quads; i++) {
      let d = d_at(d_y + i);
      d_weights += transpose(d) * at(v + i);
      along += vec4f(dot(d[0], tensors[y.x + i]), dot(d[1], tensors[y.y + i]), dot(d[2], tensors[y.z + i]), dot(d[3], tensors[y.w + i]));
    }
    let normalizer = tensors[attend.normalizer + ((m * attend.sequences + b) * attend.heads + head) * attend.tiles + queries];
    var weights = mat4x4f();
    var d_scores = mat4x4f();
    for (var j = 0u; j < 4u; j++) {
      let exponent = min(scores[j] * attend.scale - normalizer, vec4f(0.0));
      weights[j] = select(vec4f(0.0), exp(max(exponent, vec4f(-87.0))), sees(queries, keys, j, length, earlier));
      d_scores[j] = weights[j] * (d_weights[j] - along) * attend.scale;
    }
    if (as_queries) {
      let of_queries = transpose(d_scores);
      d_q_near += at(k + near_key) * of_queries;
      d_q_far += at(k + far_key) * of_queries;
    } else {
      d_k_near += at(q + near_key) * d_scores;
      d_k_far += at(q + far_key) * d_scores;
      d_v_near += d_at(d_y + near_value) * weights;
      d_v_far += d_at(d_y + far_value) * weights;
    }
  }

  if (is_earlier) {
    let own = min(vec4u(4u * tile) + vec4u(0u, 1u, 2u, 3u), vec4u(attend.room - 1u));
    let d_k = head_rows(attend.d_earlier_k, own, m, attend.room, r, rows, of_keys);
    let d_v = head_rows(attend.d_earlier_v, own, m, attend.room, r, rows, of_values);
    for (var i = 0u; i < 8u; i++) {
      let step = i % 4u;
      let quad = 2u * block + i / 4u;
      if (4u * tile + step < earlier.steps) {
        if (quad < attend.key_quads) {
          d_tensors[d_k[step] + quad] = select(d_k_near[step], d_k_far[step], i > 3u);
        }
        if (quad < attend.value_quads) {
          d_tensors[d_v[step] + quad] = select(d_v_near[step], d_v_far[step], i > 3u);
        }
      }
    }
    return;
  }
  let own = steps_of(attend, tile);
  let d_q = head_rows(attend.d_q, own, m, attend.steps, r, rows, of_keys);
  let d_k = head_rows(attend.d_k, own, m, attend.steps, r, rows, of_keys);
  let d_v = head_rows(attend.d_v, own, m, attend.steps, r, rows, of_values);
  for (var i = 0u; i < 8u; i++) {
    let step = i % 4u;
    let quad = 2u * block + i / 4u;
    if (4u * tile + step < attend.steps) {
      if (quad < attend.key_quads) {
        d_tensors[d_q[step] + quad] = turned_back(select(d_q_near[step], d_q_far[step], i > 3u), own[step], quad);
        d_tensors[d_k[step] + quad] = turned_back(select(d_k_near[step], d_k_far[step], i > 3u), own[step], quad);
      }
      if (quad < attend.value_quads) {
        d_tensors[d_v[step] + quad] = select(d_v_near[step], d_v_far[step], i > 3u);
      }
    }
  }
}

fn turned_back(d: vec4f, t: u32, quad: u32) -> vec4f {
  if (attend.turned == 0u) {
    return d;
  }
  let turn = turns[(earlier.steps + t) * attend.key_quads + quad];
  return vec4f(d.x * turn.x + d.y * turn.y, d.y * turn.x - d.x * turn.y, d.z * turn.z + d.w * turn.w, d.w * turn.z - d.z * turn.w);
}

fn at(places: vec4u) -> mat4x4f {
  return mat4x4f(tensors[places.x], tensors[places.y], tensors[places.z], tensors[places.w]);
}

fn d_at(places: vec4u) -> mat4x4f {
  return mat4x4f(d_tensors[places.x], d_tensors[places.y], d_tensors[places.z], d_tensors[places.w]);
}
