// norms.wgsl: draw the length of one sequence's signal against the distance from a step, on a logarithmic axis,
// straight from the buffer it was computed in.
//
// One invocation per pixel of the canvas. Its column belongs to a step, whose length ‖·‖ over all units is the root of
// the sum of squares, taken relative to the largest of them, so that none leaves what a float32 holds; the pixel is
// coloured if it lies below the height of the length's logarithm. A step with an entry that is not a finite number is
// striped all the way up.
//
//   reads    values           the buffer that holds the signal, as bits, seen through picture.place
//            lengths [B]
//   writes   the canvas, premultiplied; transparent above the bars
//
//   B sequences.

import package::lib::view::{View, view_index};

struct Picture {
  // of the canvas and of one step's bar, in pixels, the gap after it included
  height: u32,
  bar_width: u32,
  gap: u32,
  stripe: u32,
  // how many steps back, and from which
  columns: u32,
  last: u32,
  units: u32,
  m: u32,
  // exponents of ten at the lower and the upper edge
  low: f32,
  high: f32,
  b: u32,
  // RGBA bytes
  colour: u32,
  @align(16) place: View,
}

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;

const LOG10_OF_2 = 0.30102999566398120;

fn magnitude_bits(t: u32, u: u32) -> u32 {
  return values[view_index(picture.place, picture.m, t, picture.b, u)] & 0x7fffffffu;
}

@fragment
fn main(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let x = u32(position.x);
  let y = u32(position.y);
  let distance = x / picture.bar_width;
  if (distance >= picture.columns || x % picture.bar_width >= picture.bar_width - picture.gap) {
    return vec4f(0.0);
  }
  let t = picture.last - distance;
  if (t >= lengths[picture.b]) {
    return vec4f(0.0);
  }
  let colour = unpack4x8unorm(picture.colour);
  var most = 0u;
  for (var u = 0u; u < picture.units; u++) {
    most = max(most, magnitude_bits(t, u));
  }
  if (most >= 0x7f800000u) {
    return select(vec4f(0.0), colour, (x + y) / picture.stripe % 2u == 0u);
  }
  // Below the smallest normal number, which a device may take for 0, no axis reaches.
  if (most < 0x00800000u) {
    return vec4f(0.0);
  }
  let largest = bitcast<f32>(most);
  var sum = 0.0;
  for (var u = 0u; u < picture.units; u++) {
    let part = bitcast<f32>(magnitude_bits(t, u)) / largest;
    sum += part * part;
  }
  let log10 = LOG10_OF_2 * (log2(largest) + 0.5 * log2(sum));
  let above = (f32(picture.height - y) - 0.5) / f32(picture.height);
  return select(vec4f(0.0), colour, log10 >= mix(picture.low, picture.high, above));
}
