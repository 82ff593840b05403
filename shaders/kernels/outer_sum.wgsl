// outer_sum.wgsl: gradients of weight matrices: sums over all steps of what each multiplied times what came back.
//
// One dispatch makes all sums of a layer, one after the other along the grid. One invocation per quad of rows k and two quads
// of columns c of a sum, so that what was multiplied is read once for both. With `ones`, one quad of rows is added whose first row is the sum of the columns alone: the gradient of
// a bias. Long sums are cut into slices of rows, which update.wgsl or sum_slices.wgsl adds up.
//
//   reads    tokens [T, B]             rows of x, where they are picked; or x itself, a 1 in the token's place
//            x_0, x_1, x_2 [.., K]     what was multiplied, of the sums that name them, seen through job.x
//            d_0, d_1, d_2 [.., C]     what came back, likewise, seen through job.d
//            gradients                 only where they are added to
//   writes   gradients [L, N, K, C]    at each sum's place; K + 4 rows with ones
//
//   L slices, N models · directions, T steps, B sequences; K rows and C columns, padded to quads.

import package::lib::batch::{Batch, Dropped, kept_quad};
import package::lib::dispatch::flat_group;
import package::lib::view::{View, view_index};

struct Job {
  x: View,
  d: View,
  dropped: Dropped,
  // the binding that x is in, or TOKENS
  x_in: u32,
  d_in: u32,
  // 1 where rows of x are picked by tokens instead of by step and sequence
  picked: u32,
  models: u32,
  directions: u32,
  // K / 4
  inner: u32,
  // C / 4
  columns: u32,
  // 1 with ones
  ones: u32,
  // the first workgroup of the sum
  first_group: u32,
  // where it is written, in quads
  sums: u32,
  whole_quads: vec2u,
}

struct OuterSums {
  count: u32,
  steps: u32,
  sequences: u32,
  slices: u32,
  jobs: array<Job, MOST_JOBS>,
}

const MOST_JOBS = 8u;

// x is a 1 in the place of the token
const TOKENS = 3u;

@group(0) @binding(0) var<uniform> outer_sums: OuterSums;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> tokens: array<u32>;
@group(0) @binding(3) var<storage, read> x_0: array<vec4f>;
@group(0) @binding(4) var<storage, read> x_1: array<vec4f>;
@group(0) @binding(5) var<storage, read> x_2: array<vec4f>;
@group(0) @binding(6) var<storage, read> d_0: array<vec4f>;
@group(0) @binding(7) var<storage, read> d_1: array<vec4f>;
@group(0) @binding(8) var<storage, read> d_2: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> gradients: array<vec4f>;

// quads of a workgroup's invocations, each way; it has twice as many columns
const TILE = 8u;

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let group = flat_group(workgroup, workgroups);
  var index = 0u;
  while (index + 1u < outer_sums.count && group >= outer_sums.jobs[index + 1u].first_group) {
    index++;
  }
  let job = outer_sums.jobs[index];
  let height = job.inner + job.ones;
  let across = (job.columns + 2u * TILE - 1u) / (2u * TILE);
  let down = (height + TILE - 1u) / TILE;
  let place = group - job.first_group;
  let c = place % across * 2u * TILE + local.x;
  let k = place / across % down * TILE + local.y;
  let n = place / (across * down) / outer_sums.slices;
  let slice = place / (across * down) % outer_sums.slices;
  if (c >= job.columns || k >= height || n >= job.models) {
    return;
  }

  let m = n / job.directions;
  let direction = n % job.directions;
  let rows = outer_sums.steps * outer_sums.sequences;
  let x_start = direction * job.x.direction_stride + view_index(job.x, m, 0u, 0u, 4u * k);
  let d_start = direction * job.d.direction_stride + view_index(job.d, m, 0u, 0u, 4u * c);
  let has_far = c + TILE < job.columns;
  let far_start = direction * job.d.direction_stride + view_index(job.d, m, 0u, 0u, 4u * select(c, c + TILE, has_far));
  let first = slice * rows / outer_sums.slices;
  let end = (slice + 1u) * rows / outer_sums.slices;
  var near: array<vec4f, 4>;
  var far: array<vec4f, 4>;
  var t = first / outer_sums.sequences;
  var b = first % outer_sums.sequences;
  for (var row = first; row < end; row++) {
    var v = vec4f(1.0, 0.0, 0.0, 0.0);
    if (k < job.inner) {
      if (job.x_in == TOKENS) {
        v = select(vec4f(0.0), vec4f(1.0), vec4u(tokens[row]) == vec4u(4u * k, 4u * k + 1u, 4u * k + 2u, 4u * k + 3u));
      } else if (job.picked == 1u) {
        v = x_quad(job.x_in, (x_start + tokens[row] * job.x.step_stride) / 4u);
      } else {
        v = x_quad(job.x_in, (x_start + t * job.x.step_stride + b * job.x.sequence_stride) / 4u);
        if (job.dropped.layer > 0u) {
          v *= kept_quad(batch, job.dropped, m, row, k);
        }
      }
    }
    let d_row = t * job.d.step_stride + b * job.d.sequence_stride;
    let d_near = d_quad(job.d_in, (d_start + d_row) / 4u);
    let d_far = d_quad(job.d_in, (far_start + d_row) / 4u);
    near[0] = fma(vec4f(v.x), d_near, near[0]);
    near[1] = fma(vec4f(v.y), d_near, near[1]);
    near[2] = fma(vec4f(v.z), d_near, near[2]);
    near[3] = fma(vec4f(v.w), d_near, near[3]);
    far[0] = fma(vec4f(v.x), d_far, far[0]);
    far[1] = fma(vec4f(v.y), d_far, far[1]);
    far[2] = fma(vec4f(v.z), d_far, far[2]);
    far[3] = fma(vec4f(v.w), d_far, far[3]);
    b++;
    if (b == outer_sums.sequences) {
      b = 0u;
      t++;
    }
  }
  for (var i = 0u; i < 4u; i++) {
    let at = job.sums + ((slice * job.models + n) * 4u * height + 4u * k + i) * job.columns + c;
    leave(at, near[i]);
    if (has_far) {
      leave(at + TILE, far[i]);
    }
  }
}

fn leave(at: u32, sum: vec4f) {
  if (batch.accumulate == 1u) {
    gradients[at] += sum;
  } else {
    gradients[at] = sum;
  }
}

fn x_quad(x_in: u32, at: u32) -> vec4f {
  switch x_in {
    case 0u: { return x_0[at]; }
    case 1u: { return x_1[at]; }
    default: { return x_2[at]; }
  }
}

fn d_quad(d_in: u32, at: u32) -> vec4f {
  switch d_in {
    case 0u: { return d_0[at]; }
    case 1u: { return d_1[at]; }
    default: { return d_2[at]; }
  }
}
