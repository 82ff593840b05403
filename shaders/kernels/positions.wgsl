// positions.wgsl: each row gets a vector that says where in the sequence it stands.
//
// One invocation per quad of a row.
//
//   reads    table [M, P, C]   the vectors, learned by each model, or sines and cosines for all
//            tensors           x [M, T, B, C]
//   writes   tensors           y [M, T, B, C]
//
//   M models, T steps, B sequences; P ≥ T positions; C columns, padded to quads.

import package::lib::dispatch::flat_index;
import package::lib::earlier::Earlier;
import package::lib::strip::strip_row;

struct Positions {
  x: vec2u,
  y: vec2u,
  models: u32,
  steps: u32,
  sequences: u32,
  // C / 4
  columns: u32,
  // from model to model of the table, in quads; 0 where they share it
  model: u32,
}

@group(0) @binding(0) var<uniform> positions: Positions;
@group(0) @binding(1) var<uniform> earlier: Earlier;
@group(0) @binding(2) var<storage, read> table: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> tensors: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  let q = index % positions.columns;
  let row = index / positions.columns;
  let t = row / positions.sequences % positions.steps;
  let m = row / (positions.sequences * positions.steps);
  if (m >= positions.models) {
    return;
  }
  tensors[strip_row(positions.y, row) + q] = tensors[strip_row(positions.x, row) + q] + table[m * positions.model + (earlier.steps + t) * positions.columns + q];
}
