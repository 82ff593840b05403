// update.wgsl: let every parameter follow its gradient.
//
// Parameters are cut into segments, blocks whose gradient is a part of one sum (of two where the embedding is the head too);
// workgroups go through them one after the other, for each model. PART_SQUARES adds up the slices of a gradient and finds
// its size; PART_UPDATE applies the optimiser. With clipping by norm the first is a dispatch of its own, and leaves the whole
// gradient in the first slice; tally.wgsl runs in between. Otherwise both are one dispatch, and tally.wgsl comes after it.
// A model that has met a number that is not finite stands still.
//
//   reads    segments [s]
//            tallies [R, M]       the norm of each model's gradient
//            standing [M]         whether it stands still
//            gradients            the sums, in slices
//            weights, turned      the parameters and their turned copies
//            slots [S]            what the optimiser keeps, each laid out like weights
//   writes   gradients            in the first slice, for a part that comes later
//            weights, turned, slots, standing
//            sizes [M, groups]    largest magnitude; Σ (d / largest)²; how many entries are not finite
//
//   s segments, S slots, M models, R updates.

import package::lib::dispatch::flat_group;
import package::lib::update::{Update, is_wild};
import package::optimizers::optimizer::{SLOTS, SLOT_ROWS, updated};

struct Segment {
  // the first workgroup, the number of rows, and their length in quads
  first_group: u32,
  rows: u32,
  columns: u32,
  // in quads
  weights: u32,
  weights_model: u32,
  weights_row: u32,
  // in quads; slices, models and rows
  gradient: u32,
  gradient_slice: u32,
  gradient_model: u32,
  gradient_row: u32,
  // a turned copy, in entries; none where both strides are 0
  turned: u32,
  turned_model: u32,
  turned_row: u32,
  turned_column: u32,
  // a second sum, turned, in entries; none where its column stride is 0
  other: u32,
  other_slice: u32,
  other_model: u32,
  other_row: u32,
  other_column: u32,
}

struct Part {
  parts: u32,
}

@group(0) @binding(0) var<uniform> update: Update;
@group(0) @binding(1) var<uniform> part: Part;
@group(0) @binding(2) var<storage, read> segments: array<Segment>;
@group(0) @binding(3) var<storage, read> tallies: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradients: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> turned: array<f32>;
@group(0) @binding(7) var<storage, read_write> slots: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> sizes: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> standing: array<atomic<u32>>;

const PART_SQUARES = 1u;
const PART_UPDATE = 2u;

const WORKGROUP = 64u;
// quads of an invocation
const QUADS = 4u;

var<workgroup> squares: array<f32, WORKGROUP>;
var<workgroup> largest_bits: atomic<u32>;
var<workgroup> wild: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let m = workgroup.z;
  let group = flat_group(workgroup, workgroups);
  var index = 0u;
  while (index + 1u < update.segments && group >= segments[index + 1u].first_group) {
    index++;
  }
  let segment = segments[index];
  let first = (group - segment.first_group) * WORKGROUP * QUADS + local;
  let end = select(0u, segment.rows * segment.columns, group < update.groups);

  var d: array<vec4f, QUADS>;
  var largest = 0.0;
  for (var i = 0u; i < QUADS; i++) {
    let quad = first + i * WORKGROUP;
    if (quad < end) {
      d[i] = gradient_at(segment, m, quad / segment.columns, quad % segment.columns);
      if (is_wild(d[i])) {
        atomicAdd(&wild, 1u);
      } else {
        let magnitude = abs(d[i]);
        largest = max(largest, max(max(magnitude.x, magnitude.y), max(magnitude.z, magnitude.w)));
      }
    }
  }
  if ((part.parts & PART_UPDATE) != 0u && atomicLoad(&standing[m]) == 0u) {
    for (var i = 0u; i < QUADS; i++) {
      let quad = first + i * WORKGROUP;
      if (quad < end) {
        follow(segment, m, quad / segment.columns, quad % segment.columns, d[i]);
      }
    }
  }
  if ((part.parts & PART_SQUARES) == 0u) {
    return;
  }

  // The smallest normal number and below: nothing that could be divided by.
  var sum = 0.0;
  if (largest > 1.2e-38) {
    for (var i = 0u; i < QUADS; i++) {
      let part_of_largest = select(d[i] / largest, vec4f(0.0), is_wild(d[i]));
      sum += dot(part_of_largest, part_of_largest);
    }
    atomicMax(&largest_bits, bitcast<u32>(largest));
  }
  workgroupBarrier();
  let of_all = bitcast<f32>(atomicLoad(&largest_bits));
  squares[local] = 0.0;
  if (of_all > 0.0) {
    squares[local] = sum * (largest / of_all) * (largest / of_all);
  }
  workgroupBarrier();
  if (local == 0u && group < update.groups) {
    var total = 0.0;
    for (var i = 0u; i < WORKGROUP; i++) {
      total += squares[i];
    }
    sizes[m * update.groups + group] = vec4f(of_all, total, f32(atomicLoad(&wild)), 0.0);
  }
}

// A quad of the gradient; where its update is yet to come, it is left in the first slice.
fn gradient_at(segment: Segment, m: u32, r: u32, c: u32) -> vec4f {
  let at = segment.gradient + m * segment.gradient_model + r * segment.gradient_row + c;
  var sum = gradients[at];
  if ((part.parts & PART_SQUARES) == 0u) {
    return sum;
  }
  for (var slice = 1u; slice < update.slices; slice++) {
    sum += gradients[at + slice * segment.gradient_slice];
  }
  if (segment.other_column > 0u) {
    let other = segment.other + m * segment.other_model + r * segment.other_row + 4u * c * segment.other_column;
    for (var slice = 0u; slice < update.slices; slice++) {
      for (var i = 0u; i < 4u; i++) {
        let entry = other + slice * segment.other_slice + i * segment.other_column;
        sum[i] += gradients[entry / 4u][entry % 4u];
      }
    }
  }
  if (part.parts == PART_SQUARES) {
    gradients[at] = sum;
  }
  return sum;
}

// Clips a quad of the gradient, and lets its parameters follow it.
fn follow(segment: Segment, m: u32, r: u32, c: u32, gradient: vec4f) {
  var d = gradient;
  if (update.most_norm > 0.0) {
    let norm = tallies[update.place + m].z;
    d *= min(1.0, update.most_norm / (norm + 1e-6));
  }
  if (update.most_value > 0.0 && !is_wild(d)) {
    d = clamp(d, vec4f(-update.most_value), vec4f(update.most_value));
  }
  let at = segment.weights + m * segment.weights_model + r * segment.weights_row + c;
  var kept: array<vec4f, SLOT_ROWS>;
  for (var s = 0u; s < SLOTS; s++) {
    kept[s] = slots[s * update.slot + at];
  }
  var next = updated(weights[at], d, kept, update.numbers);
  weights[at] = next.p;
  for (var s = 0u; s < SLOTS; s++) {
    slots[s * update.slot + at] = next.slots[s];
  }
  if (segment.turned_row + segment.turned_column > 0u) {
    let copy = segment.turned + m * segment.turned_model + r * segment.turned_row + 4u * c * segment.turned_column;
    for (var i = 0u; i < 4u; i++) {
      turned[copy + i * segment.turned_column] = next.p[i];
    }
  }
}
