// outer_sum.wgsl: gradients of weight matrices: sums over all steps of what each multiplied times what came back.
//
// One dispatch makes all sums of a layer, one after the other along the grid. An invocation makes TALL quads of rows k and
// WIDE quads of columns c of a sum, so that what is read is used many times; they lie a workgroup's width apart, so that
// neighbours read neighbours. It takes four rows (t, b) at a time; neighbours that share make the same k, and each reads x in
// some of the rows. With `ones`, one quad of rows k is added whose first is the sum of the columns alone: the gradient of a
// bias. Long sums are cut into slices of rows, which update.wgsl adds up.
//
// The sums of a dispatch read different bindings. Each pair of them has a loop of its own, because some adapters would
// carry out every case of a choice inside it. Where x is a 1 in the place of the row's token, the rows of each token are
// added up, one after the other: behind the tokens stand the rows (t, b) in the order of their tokens, and where those of each
// token begin and the last ones end, [V + 1].
//
//   reads    tokens [T, B]             rows of x, where they are picked
//            x_0, x_1, x_2 [.., K]     what was multiplied, of the sums that name them, seen through job.x
//            d_0, d_1, d_2 [.., C]     what came back, likewise, seen through job.d
//            gradients                 only where they are added to
//   writes   gradients [L, N, K, C]    at each sum's place; K + 4 rows with ones
//
//   L slices, N models · directions, T steps, B sequences, V tokens; K rows and C columns, padded to quads.

import package::lib::batch::{Batch, Dropped, kept_quad};
import package::lib::dispatch::flat_group;
import package::lib::neighbours::{Invocation, SHARERS, place_of, told};

struct Job {
  x: Side,
  d: Side,
  dropped: Dropped,
  // x may be in groups of so many quads, from group to group
  group: u32,
  group_stride: u32,
  // which pair of bindings it reads; + 16 with ones
  kind: u32,
  directions: u32,
  // K / 4
  inner: u32,
  // C / 4
  columns: u32,
  // (t, b) that are summed over, from the first
  rows: u32,
  // the first workgroup of the sum
  first_group: u32,
  // where it is written, and from slice to slice, in quads
  sums: u32,
  @size(12) slice: u32,
}

// Where a side of a sum is read, in quads: the first, and from model to model, direction to direction, row (t, b) to row.
struct Side {
  first: u32,
  model: u32,
  direction: u32,
  // from token to token where rows are picked
  row: u32,
}

struct OuterSums {
  count: u32,
  // of a batch
  rows: u32,
  @size(8) slices: u32,
  jobs: array<Job, MOST_JOBS>,
}

const MOST_JOBS = 12u;

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

// Pairs of bindings that sums read, and those of sums by token, which follow; the host chooses.
const PAIRS = 1u;
const TOKEN_PAIRS = 1u;

// Which bindings those are, two bits for each pair, and a bit for each whose rows of x are picked by tokens.
override X_IN = 0u;
override D_IN = 0u;
override PICKED = 0u;

// Whether anything may be dropped.
override DROPPED = false;

// Whether some x is in groups, and whether some layer reads in two directions.
override GROUPED = true;
override TWO_WAYS = true;

// What an invocation makes, in quads; the host chooses.
const TALL = 2u;
const WIDE = 2u;

// Invocations of a workgroup, each way.
const TILE = 8u;

// Rows (t, b) that are multiplied at a time.
const RUN = 4u;

@compute @workgroup_size(TILE * TILE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, invocation: Invocation) {
  let local = place_of(invocation);
  let group = flat_group(workgroup, workgroups);
  var index = 0u;
  while (index + 1u < outer_sums.count && group >= outer_sums.jobs[index + 1u].first_group) {
    index++;
  }
  let job = &outer_sums.jobs[index];
  let kind = job.kind;
  let inner = job.inner;
  let columns = job.columns;
  let height = inner + kind / 16u;
  let across = (columns + WIDE * TILE - 1u) / (WIDE * TILE);
  let down = (height + TALL * TILE - 1u) / (TALL * TILE);
  let place = group - job.first_group;
  let first_c = place % across * WIDE * TILE + local % TILE;
  let first_k = place / across % down * TALL * TILE + local / TILE;
  let part = place / (across * down);
  let n = part / outer_sums.slices;
  let slice = part % outer_sums.slices;
  var m = n;
  var x_first = job.x.first;
  var d_first = job.d.first;
  if (TWO_WAYS) {
    m = n / job.directions;
    x_first += n % job.directions * job.x.direction;
    d_first += n % job.directions * job.d.direction;
  }
  x_first += m * job.x.model;
  d_first += m * job.d.model;

  // Quads past the last repeat it, and are not stored.
  var k: array<u32, TALL>;
  var x_start: array<u32, TALL>;
  for (var i = 0u; i < TALL; i++) { // written out
    k[i] = first_k + i * TILE;
    let read = min(k[i], inner - 1u);
    x_start[i] = x_first + read;
    if (GROUPED) {
      x_start[i] = x_first + read / job.group * job.group_stride + read % job.group;
    }
  }
  var d_start: array<u32, WIDE>;
  for (var j = 0u; j < WIDE; j++) { // written out
    d_start[j] = d_first + min(first_c + j * TILE, columns - 1u);
  }

  let first = slice * job.rows / outer_sums.slices;
  let end = select(first, (slice + 1u) * job.rows / outer_sums.slices, first_k < height);
  let x_next = job.x.row;
  let d_next = job.d.row;
  var sum: array<mat4x4f, TALL * WIDE>;
  for (var p = 0u; p < PAIRS; p++) { // written out
    if (kind % 16u == p) {
      for (var row = first; row < end; row += RUN) {
        var x: array<vec4f, RUN * TALL>;
        for (var s = 0u; s < RUN / SHARERS; s++) { // written out
          let own = row + s * SHARERS + local % SHARERS;
          var x_row = min(own, end - 1u);
          if ((PICKED & (1u << p)) != 0u) {
            x_row = tokens[x_row];
          }
          x_row *= x_next;
          for (var i = 0u; i < TALL; i++) { // written out
            var mine = read_x((X_IN >> (2u * p)) & 3u, x_start[i] + x_row);
            if (DROPPED && (PICKED & (1u << p)) == 0u) {
              mine *= kept_quad(batch, job.dropped, m, own, k[i]);
            }
            mine = select(mine, vec4f(1.0, 0.0, 0.0, 0.0), k[i] >= inner);
            let quads = told(select(vec4f(0.0), mine, own < end));
            for (var e = 0u; e < SHARERS; e++) { // written out
              x[(s * SHARERS + e) * TALL + i] = quads[e];
            }
          }
        }
        for (var j = 0u; j < WIDE; j++) { // written out
          let d_in = (D_IN >> (2u * p)) & 3u;
          let at = d_start[j] + row * d_next;
          let room = (end - 1u - row) * d_next;
          let block = mat4x4f(read_d(d_in, at), read_d(d_in, at + min(d_next, room)), read_d(d_in, at + min(2u * d_next, room)), read_d(d_in, at + min(3u * d_next, room)));
          for (var i = 0u; i < TALL; i++) { // written out
            sum[i * WIDE + j] += block * transpose(mat4x4f(x[i], x[TALL + i], x[2u * TALL + i], x[3u * TALL + i]));
          }
        }
      }
    }
  }
  for (var p = 0u; p < TOKEN_PAIRS; p++) { // written out
    if (kind % 16u == PAIRS + p) {
      for (var i = 0u; i < TALL; i++) {
        for (var e = 0u; e < 4u; e++) {
          // The rows of one token that are in the slice.
          let begin = 2u * outer_sums.rows + 4u * min(first_k + i * TILE, inner - 1u) + e;
          let last = min(tokens[begin + 1u], end);
          var d = array<vec4f, WIDE>();
          for (var at = max(tokens[begin], first); at < last; at++) {
            let d_row = tokens[outer_sums.rows + at] * d_next;
            for (var j = 0u; j < WIDE; j++) { // written out
              d[j] += read_d((D_IN >> (2u * (PAIRS + p))) & 3u, d_start[j] + d_row);
            }
          }
          for (var j = 0u; j < WIDE; j++) { // written out
            sum[i * WIDE + j][e] = d[j];
          }
        }
      }
    }
  }

  for (var i = 0u; i < TALL; i++) {
    for (var j = 0u; j < WIDE; j++) {
      let c = first_c + j * TILE;
      if (first_k + i * TILE < height && c < columns) {
        for (var e = 0u; e < 4u; e++) {
          let at = job.sums + slice * job.slice + (4u * (n * height + first_k + i * TILE) + e) * columns + c;
          var total = sum[i * WIDE + j][e];
          if (batch.accumulate == 1u) {
            total += gradients[at];
          }
          gradients[at] = total;
        }
      }
    }
  }
}

fn read_x(x_in: u32, at: u32) -> vec4f {
  if (x_in == 0u) {
    return x_0[at];
  }
  if (x_in == 1u) {
    return x_1[at];
  }
  return x_2[at];
}

fn read_d(d_in: u32, at: u32) -> vec4f {
  if (d_in == 0u) {
    return d_0[at];
  }
  if (d_in == 1u) {
    return d_1[at];
  }
  return d_2[at];
}
