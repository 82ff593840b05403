/** The scalar non-linearities of recurrent cells, in float64. Their WGSL twins are in shaders/lib/activation.wgsl. */

export type Activation = 'identity' | 'tanh' | 'sigmoid' | 'relu' | 'wideSigmoid';

/** 1 / (1 + e⁻ᵃ), without overflow for any finite a. */
export function sigmoid(a: number): number {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
}

export const tanh = Math.tanh;

/** max(a, 0); its derivative at 0 is taken to be 0, as PyTorch does. */
export function relu(a: number): number {
  return a > 0 ? a : 0;
}

/** 4σ(a) − 2, from −2 to 2: how the first LSTM squashed what it writes (Hochreiter and Schmidhuber 1997). */
export function wideSigmoid(a: number): number {
  return 2 * tanh(a / 2);
}

/*
 * Derivatives, each from the pre-activation: 1 − h² has no digits left in float32 beyond |a| = 9, which is the very
 * regime of units that hold something. These are written as the shaders write them.
 */

/** tanh'(a) = 4e^(−2|a|) / (1 + e^(−2|a|))². */
export function tanhSlope(a: number): number {
  const e = Math.exp(-2 * Math.abs(a));
  return (4 * e) / ((1 + e) * (1 + e));
}

/** σ'(a) = e^(−|a|) / (1 + e^(−|a|))². */
export function sigmoidSlope(a: number): number {
  const e = Math.exp(-Math.abs(a));
  return e / ((1 + e) * (1 + e));
}

/** 1 for a > 0, else 0. */
export function reluSlope(a: number): number {
  return a > 0 ? 1 : 0;
}

/** 4σ'(a). */
export function wideSigmoidSlope(a: number): number {
  return 4 * sigmoidSlope(a);
}

/** What each named activation does to a pre-activation. */
export const activations: Record<Activation, (a: number) => number> = {
  identity: (a) => a,
  tanh,
  sigmoid,
  relu,
  wideSigmoid,
};

/** The numbers by which shaders/lib/activation.wgsl knows the activations. */
export const activationNumber: Record<Activation, number> = { identity: 0, tanh: 1, sigmoid: 2, relu: 3, wideSigmoid: 4 };
