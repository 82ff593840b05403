// pointwise.wgsl: what blocks do to single entries between their products, four at a time, and the slopes of it. Nothing
// overflows for any finite input.
//
// The host's list of numbers is in src/engine/gpu/block_layout.ts.

import package::lib::activation::{relu, relu_slope, sigmoid, sigmoid_slope};

const POINTWISE_RELU = 1u;
const POINTWISE_GELU = 2u;
const POINTWISE_SILU = 3u;

fn silu(a: vec4f) -> vec4f {
  return a * sigmoid(a);
}

fn silu_slope(a: vec4f) -> vec4f {
  return sigmoid(a) + a * sigmoid_slope(a);
}

// Φ(a) of the normal distribution, to 1e-7 (Abramowitz and Stegun 1964, 7.1.26).
fn normal_share(a: vec4f) -> vec4f {
  let x = min(abs(a), vec4f(13.0)) * 0.70710678;
  let s = 1.0 / (1.0 + 0.3275911 * x);
  let tail = 0.5 * s * (0.254829592 + s * (-0.284496736 + s * (1.421413741 + s * (-1.453152027 + s * 1.061405429)))) * exp(-x * x);
  return select(tail, 1.0 - tail, a >= vec4f(0.0));
}

fn gelu(a: vec4f) -> vec4f {
  return a * normal_share(a);
}

fn gelu_slope(a: vec4f) -> vec4f {
  let x = min(abs(a), vec4f(13.0));
  return normal_share(a) + 0.39894228 * sign(a) * x * exp(-0.5 * x * x);
}

// log(1 + eᵃ). Near e = 0 the series of the inverse hyperbolic tangent keeps the digits that 1 + e would lose.
fn softplus(a: vec4f) -> vec4f {
  let e = exp(-min(abs(a), vec4f(87.0)));
  let s = e / (2.0 + e);
  let q = s * s;
  let log1p = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0))))));
  return max(a, vec4f(0.0)) + log1p;
}

// σ(a) by softplus(a) = d: 1 − e⁻ᵈ, near 0 by its series.
fn softplus_slope(d: vec4f) -> vec4f {
  let near = d * (1.0 - d * (0.5 - d * (1.0 / 6.0 - d * (1.0 / 24.0 - d * (1.0 / 120.0 - d / 720.0)))));
  return select(1.0 - exp(-min(d, vec4f(87.0))), near, d < vec4f(0.4));
}

// What is kept over a step: eˣ, exactly 0 far below, and finite far above.
fn kept_part(x: vec4f) -> vec4f {
  return select(exp(clamp(x, vec4f(-87.0), vec4f(87.0))), vec4f(0.0), x < vec4f(-87.0));
}

fn pointwise(kind: u32, a: vec4f) -> vec4f {
  switch kind {
    case POINTWISE_RELU: { return relu(a); }
    case POINTWISE_GELU: { return gelu(a); }
    case POINTWISE_SILU: { return silu(a); }
    default: { return a; }
  }
}

fn pointwise_slope(kind: u32, a: vec4f) -> vec4f {
  switch kind {
    case POINTWISE_RELU: { return relu_slope(a); }
    case POINTWISE_GELU: { return gelu_slope(a); }
    case POINTWISE_SILU: { return silu_slope(a); }
    default: { return vec4f(1.0); }
  }
}
