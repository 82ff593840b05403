// view.wgsl: where the entries of a tensor lie inside a larger buffer of f32, and how they are read.
//
// Eight words, so that it may stand inside a uniform, where a structure's size must be a multiple of 16 bytes.

struct View {
  // counted in f32 entries
  offset: u32,
  model_stride: u32,
  direction_stride: u32,
  step_stride: u32,
  sequence_stride: u32,
  // a bidirectional layer's output is two groups of units, far apart
  group_stride: u32,
  group_width: u32,
  // what turns an entry into a value: a number of activation.wgsl
  activation: u32,
}

fn view_index(view: View, m: u32, t: u32, b: u32, u: u32) -> u32 {
  return view.offset + m * view.model_stride + t * view.step_stride + b * view.sequence_stride
    + (u / view.group_width) * view.group_stride + u % view.group_width;
}
