// heatmap.wgsl: draw one sequence's signal as a grid of colours, units down and steps across, straight from the
// buffer it was computed in.
//
// One invocation per pixel of the canvas, which is a window onto the plane of all entries. An entry is found by
// whole-number division, turned into the signal's value, or the mean of that of several units, and its colour is looked
// up: by a linear map, or on a
// logarithmic scale by the thresholds that its magnitude has passed, compared as bits, which order as the numbers do
// and lose no subnormal. NaN and infinity are found by bit pattern, because WGSL lets a compiler assume neither exists,
// and are striped.
//
//   reads    colours [64]     256 colours as RGBA bytes, four to a vector: 255 of the scale, then "no number"
//            thresholds [64]  256 magnitudes as bits, ascending, four to a vector: where the next colour begins
//            values           the buffer that holds the signal, as bits, seen through picture.place
//            lengths [B]
//   writes   the canvas, premultiplied; transparent between and outside the entries
//
//   B sequences.

import package::lib::activation::{IDENTITY, activate};
import package::lib::view::{View, view_index};

struct Picture {
  rows: u32,
  columns: u32,
  // the window's corner on the plane, and an entry's size with the gap after it, in pixels
  left: u32,
  top: u32,
  entry_width: u32,
  entry_height: u32,
  gap: u32,
  stripe: u32,
  // the range drawn, and how a value in it becomes an index
  low: f32,
  high: f32,
  scale: f32,
  offset: f32,
  m: u32,
  b: u32,
  // 1: colours stand for magnitudes by their logarithm, the first for exactly 0
  logarithmic: u32,
  // how many units, from the entry's own on, it is the mean of
  averaged: u32,
  @align(16) place: View,
}

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var<uniform> colours: array<vec4u, 64>;
@group(0) @binding(2) var<uniform> thresholds: array<vec4u, 64>;
@group(0) @binding(3) var<storage, read> values: array<u32>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;

const LAST = 254u;
const NO_NUMBER = 255u;
const ZERO = 0u;

fn colour(index: u32) -> vec4f {
  return unpack4x8unorm(colours[index / 4u][index % 4u]);
}

// ⌊clamp(value)·scale + offset⌋: src/elements/range.ts says the same.
fn colour_index(value: f32) -> u32 {
  let inside = clamp(value, picture.low, picture.high);
  return min(u32(max(floor(inside * picture.scale + picture.offset), 0.0)), LAST);
}

// The same file's `passed`: the largest k whose threshold is not above the magnitude, and ZERO for 0.
fn magnitude_index(magnitude: u32) -> u32 {
  if (magnitude == 0u) {
    return ZERO;
  }
  var k = 0u;
  for (var half = 128u; half > 0u; half >>= 1u) {
    let next = k + half;
    if (thresholds[next / 4u][next % 4u] <= magnitude) {
      k = next;
    }
  }
  return k + 1u;
}

fn stored_bits(t: u32, u: u32) -> u32 {
  return values[view_index(picture.place, picture.m, t, picture.b, u)];
}

// Of the units that an entry is the mean of, the one that is largest as bits order magnitudes: infinite if any is,
// not a number if any is none.
fn entry_bits(t: u32, u: u32) -> u32 {
  var worst = stored_bits(t, u);
  for (var k = 1u; k < picture.averaged; k++) {
    let bits = stored_bits(t, u + k);
    worst = select(worst, bits, (bits & 0x7fffffffu) > (worst & 0x7fffffffu));
  }
  return worst;
}

// An infinite pre-activation saturates its gate, as the largest finite one does.
fn activated(bits: u32) -> f32 {
  let infinite = (bits & 0x7fffffffu) == 0x7f800000u;
  return activate(picture.place.activation, bitcast<f32>(select(bits, (bits & 0x80000000u) | 0x7f7fffffu, infinite)));
}

fn mean_value(t: u32, u: u32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < picture.averaged; k++) {
    sum += activated(stored_bits(t, u + k));
  }
  return sum / f32(picture.averaged);
}

@fragment
fn main(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let x = u32(position.x) + picture.left;
  let y = u32(position.y) + picture.top;
  let t = x / picture.entry_width;
  let u = y / picture.entry_height;
  let beside = x % picture.entry_width >= picture.entry_width - picture.gap;
  let below = y % picture.entry_height >= picture.entry_height - picture.gap;
  if (t >= picture.columns || u >= picture.rows || beside || below) {
    return vec4f(0.0);
  }
  let logarithmic = picture.logarithmic == 1u;
  if (t >= lengths[picture.b]) {
    return colour(select(colour_index(0.0), ZERO, logarithmic));
  }
  let bits = entry_bits(t, u);
  let not_a_number = (bits & 0x7fffffffu) > 0x7f800000u;
  let infinite = (bits & 0x7fffffffu) == 0x7f800000u;
  if (not_a_number || (infinite && picture.place.activation == IDENTITY)) {
    if ((x + y) / picture.stripe % 2u == 0u) {
      return colour(NO_NUMBER);
    }
    let low = bits >> 31u == 1u && !logarithmic;
    return select(colour(select(LAST, 0u, low)), vec4f(0.0), not_a_number);
  }
  let alone = picture.averaged == 1u;
  if (logarithmic && alone && picture.place.activation == IDENTITY) {
    return colour(magnitude_index(bits & 0x7fffffffu));
  }
  var value = activated(bits);
  if (!alone) {
    value = mean_value(t, u);
  }
  if (logarithmic) {
    return colour(magnitude_index(bitcast<u32>(abs(value))));
  }
  return colour(colour_index(value));
}
