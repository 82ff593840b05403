// batch.wgsl: what holds for the batch under way, and what it drops between layers.

import package::lib::noise::{keyed, row_key};

struct Batch {
  // key of what is dropped
  noise: u32,
  // units whose bits are below this are dropped; 0 for none
  kept_from: u32,
  // what the other units are multiplied by
  kept: f32,
  // 1 where gradients and losses are added to those of the batch before
  accumulate: u32,
  // what a row that is asked for counts in the loss: 1 / such rows
  weight: f32,
  // the part of a target that is spread over all classes
  smoothing: f32,
}

// A layer's output as the layer above reads it, dropped in part.
struct Dropped {
  // 1 for layer 0; 0 where nothing is dropped
  layer: u32,
  // P of one direction, and the quads it is padded to
  width: u32,
  quads: u32,
  // so that it may stand inside a uniform
  sixteen_bytes: u32,
}

// What quad q of row (t, b) is multiplied by.
fn kept_quad(batch: Batch, dropped: Dropped, m: u32, row: u32, q: u32) -> vec4f {
  if (batch.kept_from == 0u || dropped.layer == 0u) {
    return vec4f(1.0);
  }
  let key = row_key(batch.noise, dropped.layer - 1u, m, row);
  let unit = q / dropped.quads * dropped.width + 4u * (q % dropped.quads);
  let bits = vec4u(keyed(key, unit), keyed(key, unit + 1u), keyed(key, unit + 2u), keyed(key, unit + 3u));
  return select(vec4f(batch.kept), vec4f(0.0), bits < vec4u(batch.kept_from));
}
