// word_sums.wgsl: what came back to the gates, added up by the word that each step read.
//
// One invocation per quad of words and quad of columns. The sums are written twice: rows of columns are summed over words for
// the gradient of the input weights, and rows of words over columns for that of the words' vectors.
//
//   reads    tokens     [T, B]; then rows (t, b) in the order of their tokens; then where those of each token begin, and the last ones end [V + 1]
//            d_gates    [N, T, B, Z, H]   its first G planes
//   writes   d_gates    [N, V, G, H] at word_sums.sums, [N, G, H, V] at word_sums.turned
//
//   N models · directions, T steps, B sequences; V words; Z planes of gradients; H units; all widths padded to quads.

import package::lib::dispatch::flat_index;

struct WordSums {
  models: u32,
  // (t, b) of a batch
  rows: u32,
  // V / 4
  words: u32,
  // G·H / 4
  columns: u32,
  // from row (t, b) to row, and the places of the results, in quads
  row: u32,
  sums: u32,
  turned: u32,
}

@group(0) @binding(0) var<uniform> word_sums: WordSums;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read_write> d_gates: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let c = index % word_sums.columns;
  let word = index / word_sums.columns % word_sums.words;
  let n = index / (word_sums.columns * word_sums.words);
  if (n >= word_sums.models) {
    return;
  }
  let first = n * word_sums.rows * word_sums.row + c;
  var sum: mat4x4f;
  for (var e = 0u; e < 4u; e++) {
    let begin = 2u * word_sums.rows + 4u * word + e;
    var d = vec4f(0.0);
    for (var at = tokens[begin]; at < tokens[begin + 1u]; at++) {
      d += d_gates[first + tokens[word_sums.rows + at] * word_sums.row];
    }
    sum[e] = d;
  }
  let by_column = transpose(sum);
  for (var e = 0u; e < 4u; e++) {
    d_gates[word_sums.sums + (n * word_sums.words * 4u + 4u * word + e) * word_sums.columns + c] = sum[e];
    d_gates[word_sums.turned + (n * word_sums.columns * 4u + 4u * c + e) * word_sums.words + word] = by_column[e];
  }
}
