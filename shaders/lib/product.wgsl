// product.wgsl: four terms of four dot products at once.

// sum + v · W, for the rows w0 … w3 of a 4 × 4 block of weights.
fn add_product(sum: vec4f, v: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return fma(vec4f(v.x), w0, fma(vec4f(v.y), w1, fma(vec4f(v.z), w2, fma(vec4f(v.w), w3, sum))));
}
