// attend.wgsl: where the tensors of attention lie, and which of four queries see which of four keys.
//
// Every head's part of a row is padded to quads of its own. Keys of earlier steps come in tiles of their own, before the run's.

import package::lib::earlier::Earlier;

struct Attend {
  q: vec2u,
  k: vec2u,
  v: vec2u,
  y: vec2u,
  d_q: vec2u,
  d_k: vec2u,
  d_v: vec2u,
  d_y: vec2u,
  // [M, B, heads, T], the logarithm of what each row of weights was divided by
  normalizer: u32,
  models: u32,
  steps: u32,
  sequences: u32,
  // rows of gradients for each sequence
  each: u32,
  heads: u32,
  // quads of a head, of queries and keys, and of values
  key_quads: u32,
  value_quads: u32,
  // groups of four steps
  tiles: u32,
  // groups of quads of a head that are made by different invocations
  blocks: u32,
  // 1 / √d
  scale: f32,
  // 1 where queries and keys were turned by their position
  turned: u32,
  // P, how many keys and values of earlier steps there is room for, [M, P, B, ..], and where they and their gradients lie
  room: u32,
  // 1 where a run leaves its own keys and values behind them
  remembers: u32,
  earlier_k: vec2u,
  earlier_v: vec2u,
  d_earlier_k: vec2u,
  d_earlier_v: vec2u,
}

// Four keys: a tile of those of earlier steps, or of the run's own.
struct Keys {
  tile: u32,
  is_earlier: bool,
}

// A score that is not to be seen; no infinity, which a compiler may take for granted that there is none of.
const UNSEEN = -1e30;

// Steps of a tile; those past the last are the last.
fn steps_of(attend: Attend, tile: u32) -> vec4u {
  return min(vec4u(4u * tile) + vec4u(0u, 1u, 2u, 3u), vec4u(attend.steps - 1u));
}

// Where quad 0 of a head is in the rows of these steps.
fn head_rows(strip: vec2u, steps: vec4u, m: u32, all_steps: u32, b: u32, sequences: u32, head: u32) -> vec4u {
  return vec4u(strip.x + head) + ((vec4u(m * all_steps) + steps) * sequences + vec4u(b)) * strip.y;
}

// Tiles of keys of earlier steps.
fn earlier_tiles(earlier: Earlier) -> u32 {
  return (earlier.steps + 3u) / 4u;
}

// The n-th tile of all keys.
fn keys_at(n: u32, earlier: Earlier) -> Keys {
  let before = earlier_tiles(earlier);
  return Keys(select(n - before, n, n < before), n < before);
}

// Where quad 0 of a head is in the rows of four keys, or of their values.
fn key_rows(attend: Attend, own: vec2u, earlier: vec2u, keys: Keys, m: u32, b: u32, head: u32) -> vec4u {
  if (keys.is_earlier) {
    return head_rows(earlier, min(vec4u(4u * keys.tile) + vec4u(0u, 1u, 2u, 3u), vec4u(attend.room - 1u)), m, attend.room, b, attend.sequences, head);
  }
  return head_rows(own, steps_of(attend, keys.tile), m, attend.steps, b, attend.sequences, head);
}

// Which of four queries see key j of a tile: all of what came before, and those of its step and later ones, as long as the sequence lasts.
fn sees(queries: u32, keys: Keys, j: u32, length: u32, earlier: Earlier) -> vec4<bool> {
  let t = vec4u(4u * queries) + vec4u(0u, 1u, 2u, 3u);
  let s = 4u * keys.tile + j;
  return select(vec4u(s) <= t, vec4<bool>(s < earlier.steps), vec4<bool>(keys.is_earlier)) & (t < vec4u(length));
}
