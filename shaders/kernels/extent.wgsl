// extent.wgsl: the largest and the smallest magnitude of a signal, and how many of its entries are not finite.
//
// One invocation per entry. Magnitudes are compared as the bits of |x|, which order as the numbers do; exponent
// bits all set mean NaN or infinity, found by bit pattern because WGSL lets a compiler assume neither exists.
//
//   reads    values           the buffer that holds the signal, seen through the view
//            lengths [B]
//   writes   extent [3]       bits of the largest finite |x|; count of entries that are not finite; bits of infinity less
//                             those of the smallest |x| above 0, so that 0 means there is none
//
//   M models, T steps, B sequences, W width of the signal.

import package::lib::activation::activate;
import package::lib::dispatch::flat_index;
import package::lib::signal::{SignalView, entry_at};
import package::lib::view::view_index;

@group(0) @binding(0) var<uniform> view: SignalView;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> extent: array<atomic<u32>, 3>;

var<workgroup> largest: atomic<u32>;
var<workgroup> invalid: atomic<u32>;
var<workgroup> below_infinity: atomic<u32>;

const INFINITY = 0x7f800000u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flat_index(workgroup, workgroups, local, 64u);
  if (index < view.models * view.steps * view.sequences * view.width) {
    let entry = entry_at(view, index);
    if (entry.t < lengths[entry.b]) {
      let held = values[view_index(view.place, entry.m, entry.t, entry.b, entry.u)];
      if ((bitcast<u32>(held) & INFINITY) == INFINITY) {
        atomicAdd(&invalid, 1u);
      } else {
        let bits = bitcast<u32>(abs(activate(view.place.activation, held)));
        atomicMax(&largest, bits);
        atomicMax(&below_infinity, select(0u, INFINITY - bits, bits > 0u));
      }
    }
  }
  workgroupBarrier();
  if (local == 0u) {
    atomicMax(&extent[0], atomicLoad(&largest));
    atomicAdd(&extent[1], atomicLoad(&invalid));
    atomicMax(&extent[2], atomicLoad(&below_infinity));
  }
}
