// outer_sum.wgsl: gradients of weight matrices: sums over all steps of what each multiplied times what came back.
//
// One dispatch makes all sums of a layer, one after the other along the grid. An invocation makes TALL quads of rows k and
// WIDE quads of columns c of a sum, so that what is read is used many times; they lie a workgroup's width apart, so that
// neighbours read neighbours. With `ones`, one quad of rows is added whose first row is the sum of the columns alone: the
// gradient of a bias. Long sums are cut into slices of rows, which update.wgsl adds up.
//
// The sums of a dispatch read different bindings. Each pair of them has a loop of its own, because some adapters would
// carry out every case of a choice inside it; pairs that no sum has are left out of the pipeline.
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
  @size(16) sums: u32,
}

struct OuterSums {
  count: u32,
  steps: u32,
  sequences: u32,
  slices: u32,
  jobs: array<Job, MOST_JOBS>,
}

const MOST_JOBS = 12u;

// Bindings of each side; x may also be a 1 in the place of the token.
const SIDES = 3u;
const TOKENS = 3u;
const X_SIDES = 4u;

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

// Pairs of bindings that some sum has: the sum of 1 << (SIDES * x_in + d_in).
override PAIRS = 0xfffu;

// The binding whose rows are picked by tokens instead of by step and sequence; TOKENS where there is none.
override PICKED_IN = TOKENS;

// Whether anything may be dropped.
override DROPPED = false;

// What an invocation makes, in quads.
const TALL = 2u;
const WIDE = 2u;

// Invocations of a workgroup, each way.
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
  let across = (job.columns + WIDE * TILE - 1u) / (WIDE * TILE);
  let down = (height + TALL * TILE - 1u) / (TALL * TILE);
  let place = group - job.first_group;
  let first_c = place % across * WIDE * TILE + local.x;
  let first_k = place / across % down * TALL * TILE + local.y;
  let n = place / (across * down) / outer_sums.slices;
  let slice = place / (across * down) % outer_sums.slices;
  let m = n / job.directions;
  let direction = n % job.directions;

  // Quads past the last repeat it, and are not stored.
  var k: array<u32, TALL>;
  var x_start: array<u32, TALL>;
  for (var i = 0u; i < TALL; i++) { // written out
    k[i] = first_k + i * TILE;
    x_start[i] = (direction * job.x.direction_stride + view_index(job.x, m, 0u, 0u, 4u * min(k[i], job.inner - 1u))) / 4u;
  }
  var d_start: array<u32, WIDE>;
  for (var j = 0u; j < WIDE; j++) { // written out
    d_start[j] = (direction * job.d.direction_stride + view_index(job.d, m, 0u, 0u, 4u * min(first_c + j * TILE, job.columns - 1u))) / 4u;
  }

  let rows = outer_sums.steps * outer_sums.sequences;
  let first = slice * rows / outer_sums.slices;
  let end = select(first, (slice + 1u) * rows / outer_sums.slices, first_k < height && first_c < job.columns && n < job.models);
  // After the last sequence of a step comes the first of the next.
  let first_t = first / outer_sums.sequences;
  let first_b = first % outer_sums.sequences;
  let x_step = job.x.step_stride / 4u;
  let x_next = job.x.sequence_stride / 4u;
  let x_turn = x_step - outer_sums.sequences * x_next;
  let d_step = job.d.step_stride / 4u;
  let d_next = job.d.sequence_stride / 4u;
  let d_turn = d_step - outer_sums.sequences * d_next;
  var sum: array<vec4f, TALL * WIDE * 4u>;
  for (var x_in = 0u; x_in < X_SIDES; x_in++) { // written out
    for (var d_in = 0u; d_in < SIDES; d_in++) { // written out
      if ((PAIRS & (1u << (SIDES * x_in + d_in))) != 0u) {
        if (job.x_in == x_in && job.d_in == d_in) {
          var b = first_b;
          var x_row = first_t * x_step + b * x_next;
          var d_row = first_t * d_step + b * d_next;
          for (var row = first; row < end; row++) {
            var token = 0u;
            if (x_in == TOKENS || x_in == PICKED_IN) {
              token = tokens[row];
            }
            if (x_in == PICKED_IN) {
              x_row = token * x_step;
            }
            var d: array<vec4f, WIDE>;
            for (var j = 0u; j < WIDE; j++) { // written out
              if (d_in == 0u) {
                d[j] = d_0[d_start[j] + d_row];
              } else if (d_in == 1u) {
                d[j] = d_1[d_start[j] + d_row];
              } else {
                d[j] = d_2[d_start[j] + d_row];
              }
            }
            for (var i = 0u; i < TALL; i++) { // written out
              var x: vec4f;
              if (x_in == 0u) {
                x = x_0[x_start[i] + x_row];
              } else if (x_in == 1u) {
                x = x_1[x_start[i] + x_row];
              } else if (x_in == 2u) {
                x = x_2[x_start[i] + x_row];
              } else {
                x = vec4f(vec4u(token) == 4u * k[i] + vec4u(0u, 1u, 2u, 3u));
              }
              if (DROPPED && x_in < TOKENS && x_in != PICKED_IN) {
                x *= kept_quad(batch, job.dropped, m, row, k[i]);
              }
              x = select(x, vec4f(1.0, 0.0, 0.0, 0.0), k[i] >= job.inner);
              for (var j = 0u; j < WIDE; j++) { // written out
                sum[4u * (i * WIDE + j)] += x.x * d[j];
                sum[4u * (i * WIDE + j) + 1u] += x.y * d[j];
                sum[4u * (i * WIDE + j) + 2u] += x.z * d[j];
                sum[4u * (i * WIDE + j) + 3u] += x.w * d[j];
              }
            }
            b++;
            let turn = select(0u, 1u, b == outer_sums.sequences);
            b -= turn * outer_sums.sequences;
            x_row += x_next + turn * x_turn;
            d_row += d_next + turn * d_turn;
          }
        }
      }
    }
  }

  for (var i = 0u; i < TALL; i++) {
    for (var j = 0u; j < WIDE; j++) {
      let c = first_c + j * TILE;
      if (first_k + i * TILE < height && c < job.columns && n < job.models) {
        for (var e = 0u; e < 4u; e++) {
          let at = job.sums + ((slice * job.models + n) * 4u * height + 4u * (first_k + i * TILE) + e) * job.columns + c;
          if (batch.accumulate == 1u) {
            gradients[at] += sum[4u * (i * WIDE + j) + e];
          } else {
            gradients[at] = sum[4u * (i * WIDE + j) + e];
          }
        }
      }
    }
  }
}
