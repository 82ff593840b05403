// activation.wgsl: the scalar non-linearities of recurrent cells, four at a time, good to 1e-6 absolute for every
// finite input. The builtin tanh is allowed to be ten times worse, and is NaN for large inputs on some drivers.
//
// Twin of src/engine/math/activation.ts.

// 1 / (1 + e⁻ᵃ). The exponent is never positive, so nothing overflows.
fn sigmoid(a: vec4f) -> vec4f {
  let e = exp(-min(abs(a), vec4f(87.0)));
  let upper = 1.0 / (1.0 + e);
  return select(e * upper, upper, a >= vec4f(0.0));
}

// tanh a. Near 0 the odd Taylor polynomial keeps the relative accuracy that (1 - e) / (1 + e) would lose:
// its first omitted term is below 3e-7 of the result at |a| = 0.35.
fn stable_tanh(a: vec4f) -> vec4f {
  let e = exp(-2.0 * min(abs(a), vec4f(43.0)));
  let far = sign(a) * (1.0 - e) / (1.0 + e);
  let s = a * a;
  let near = a * (1.0 + s * (-1.0 / 3.0 + s * (2.0 / 15.0 + s * (-17.0 / 315.0 + s * (62.0 / 2835.0)))));
  return select(far, near, abs(a) < vec4f(0.35));
}

// max(a, 0).
fn relu(a: vec4f) -> vec4f {
  return max(a, vec4f(0.0));
}

// 4σ(a) − 2.
fn wide_sigmoid(a: vec4f) -> vec4f {
  return 2.0 * stable_tanh(0.5 * a);
}

// Derivatives, each from the pre-activation: 1 − tanh² has no digits left beyond |a| = 9.
fn tanh_slope(a: vec4f) -> vec4f {
  let e = exp(-2.0 * min(abs(a), vec4f(43.0)));
  return 4.0 * e / ((1.0 + e) * (1.0 + e));
}

fn sigmoid_slope(a: vec4f) -> vec4f {
  let e = exp(-min(abs(a), vec4f(87.0)));
  return e / ((1.0 + e) * (1.0 + e));
}

fn relu_slope(a: vec4f) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), a > vec4f(0.0));
}

fn wide_sigmoid_slope(a: vec4f) -> vec4f {
  return 4.0 * sigmoid_slope(a);
}

const IDENTITY = 0u;
const TANH = 1u;
const SIGMOID = 2u;
const RELU = 3u;
const WIDE_SIGMOID = 4u;

// The activation with that number; the host's list is in src/engine/math/activation.ts.
fn activate(activation: u32, a: f32) -> f32 {
  switch activation {
    case TANH: { return stable_tanh(vec4f(a)).x; }
    case SIGMOID: { return sigmoid(vec4f(a)).x; }
    case RELU: { return relu(vec4f(a)).x; }
    case WIDE_SIGMOID: { return wide_sigmoid(vec4f(a)).x; }
    default: { return a; }
  }
}
