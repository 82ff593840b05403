// tally.wgsl: what an update found, one workgroup for each model: mean loss, how many answers were right, norm of the whole
// gradient, and whether they are numbers. A model that met one that is not finite is told to stand still from then on.
//
//   reads    said [M, T, B]           each row's part of the loss, and whether it was right
//            sizes [M, groups]        largest magnitude; Σ (d / largest)²; how many entries are not finite
//   writes   tallies [R, M]           loss, answers that were right, norm, 1 where all are finite
//            standing [M]             1 where not
//
//   M models, T steps, B sequences, R updates.

import package::lib::update::{INFINITY, Update};

@group(0) @binding(0) var<uniform> update: Update;
@group(0) @binding(1) var<storage, read> said: array<vec2f>;
@group(0) @binding(2) var<storage, read> sizes: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> tallies: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> standing: array<atomic<u32>>;

const WORKGROUP = 64u;

var<workgroup> sums: array<vec2f, WORKGROUP>;
var<workgroup> squares: array<f32, WORKGROUP>;
var<workgroup> largest_bits: atomic<u32>;
var<workgroup> wild: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let m = workgroup.x;
  var sum = vec2f(0.0);
  for (var row = local; row < update.rows; row += WORKGROUP) {
    sum += said[m * update.rows + row];
  }
  sums[local] = sum;
  for (var group = local; group < update.groups; group += WORKGROUP) {
    let size = sizes[m * update.groups + group];
    atomicMax(&largest_bits, bitcast<u32>(size.x));
    if (size.z > 0.0) {
      atomicAdd(&wild, 1u);
    }
  }
  workgroupBarrier();
  let largest = bitcast<f32>(atomicLoad(&largest_bits));
  var square = 0.0;
  if (largest > 0.0) {
    for (var group = local; group < update.groups; group += WORKGROUP) {
      let size = sizes[m * update.groups + group];
      square += size.y * (size.x / largest) * (size.x / largest);
    }
  }
  squares[local] = square;
  workgroupBarrier();
  if (local > 0u) {
    return;
  }
  var all = vec2f(0.0);
  square = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) {
    all += sums[i];
    square += squares[i];
  }
  let norm_bits = select(bitcast<u32>(largest * sqrt(square)), INFINITY, atomicLoad(&wild) > 0u);
  let finite = (norm_bits & INFINITY) != INFINITY && (bitcast<u32>(all.x) & INFINITY) != INFINITY;
  tallies[update.place + m] = vec4f(all.x, all.y, bitcast<f32>(norm_bits), select(0.0, 1.0, finite));
  if (!finite) {
    atomicStore(&standing[m], 1u);
  }
}
