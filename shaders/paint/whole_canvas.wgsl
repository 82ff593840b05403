// whole_canvas.wgsl: one triangle that covers the canvas, so that a fragment shader sees every pixel once.
//
//   reads    nothing
//   writes   nothing but positions

@vertex
fn main(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
  let corner = vec2f(f32((vertex << 1u) & 2u), f32(vertex & 2u));
  return vec4f(2.0 * corner - 1.0, 0.0, 1.0);
}
