/** Non-linearities of single entries in float64, each with its derivative. */
import { relu, reluSlope, sigmoid, sigmoidSlope } from '../../math/activation';
import type { Pointwise } from '../../ops/op';

interface Rule {
  readonly value: (a: number) => number;
  readonly slope: (a: number) => number;
}

/** a·σ(a) (Elfwing et al. 2018), also called swish. */
export function silu(a: number): number {
  return a * sigmoid(a);
}

export function siluSlope(a: number): number {
  return sigmoid(a) + a * sigmoidSlope(a);
}

/** log(1 + eᵃ), without overflow for any finite a. */
export function softplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

/** a·Φ(a), Φ the normal distribution (Hendrycks and Gimpel 2016): the exact form, not the one with tanh. */
function gelu(a: number): number {
  return a * normalShare(a);
}

function geluSlope(a: number): number {
  return normalShare(a) + (a * Math.exp((-a * a) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * Φ(a), by the series Φ(a) = ½ + φ(a)·(a + a³/3 + a⁵/(3·5) + …) (Marsaglia 2004), whose terms all have one sign; exact to the
 * last digits of ½. From |a| = 9 on what is left, 1e-19, is less than those.
 */
function normalShare(a: number): number {
  if (Math.abs(a) > 9) return a > 0 ? 1 : 0;
  let term = a;
  let sum = a;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (a * a) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-a * a) / 2)) / Math.sqrt(2 * Math.PI);
}

export const pointwise: Readonly<Record<Pointwise, Rule>> = {
  identity: { value: (a) => a, slope: () => 1 },
  relu: { value: relu, slope: reluSlope },
  gelu: { value: gelu, slope: geluSlope },
  silu: { value: silu, slope: siluSlope },
};
