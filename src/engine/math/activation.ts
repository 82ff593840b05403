/** The scalar non-linearities of recurrent cells, in float64. Their WGSL twins are in shaders/lib/activation.wgsl. */

export type Activation = 'identity' | 'tanh' | 'sigmoid' | 'relu';

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

/** What each named activation does to a pre-activation. */
export const activations: Record<Activation, (a: number) => number> = {
  identity: (a) => a,
  tanh,
  sigmoid,
  relu,
};

/** The numbers by which shaders/lib/activation.wgsl knows the activations. */
export const activationNumber: Record<Activation, number> = { identity: 0, tanh: 1, sigmoid: 2, relu: 3 };
