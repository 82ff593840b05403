/**
 * Clipping by norm (Pascanu, Mikolov and Bengio 2013), as a curve beside the measured one and in words. After
 * backpropagation a gradient longer than a threshold is scaled back to it; its direction stays. What is shorter is left as
 * it is, and what has become infinite stays lost: the factor is 1/∞ = 0, and ∞ · 0 is not a number.
 *
 * Every distance is clipped by itself here, the gradient of the first state of a sequence k steps long. This is not what
 * clipping does to the parts of one gradient: in training a single factor scales the whole, near and far alike.
 */
import { float32EndOf } from '../engine';
import type { FlowPicture } from './flow_measurement';
import { ofLog10 } from './log_axis';

/**
 * A log₁₀ curve of lengths after clipping. NaN from where float32 overflows; a norm that is the root of a float32 sum of
 * squares does so earlier, above √3.4e38 = 1.8e19, so this is the best case.
 */
export function clippedCurve(curve: Float64Array, clip: number): Float64Array {
  const most = Math.log10(clip);
  const end = overflowOf(curve);
  return curve.map((log10, k) => (k < end ? Math.min(log10, most) : NaN));
}

/** What clipping does to the gradient from k steps back, and what it cannot do. */
export function clipWords({ rms }: FlowPicture, clip: number, k: number): string {
  const end = overflowOf(rms);
  const [before, after] = [rms[k], clippedCurve(rms, clip)[k]].map(ofLog10);
  const here =
    k >= end
      ? `at k = ${k} the gradient is infinite in float32, as it is from k = ${end} on; there is nothing left to scale.`
      : before === after
        ? `at k = ${k} the gradient is ${before} long and is left as it is; clipping never lengthens.`
        : `at k = ${k} a gradient ${before} long is shortened to ${after}; its direction is unchanged.`;
  const beyond = k < end && end < Infinity ? ` From k = ${end} on it is infinite in float32, and there is nothing left to scale.` : '';
  return `Clipped at ${clip}: ${here}${beyond} Each distance is clipped by itself here; in training one factor shortens the whole gradient, near and far alike.`;
}

/** The first distance at which float32 is infinite, ∞ where none is. */
function overflowOf(curve: Float64Array): number {
  const end = float32EndOf(curve);
  return end?.kind === 'overflow' ? end.back : Infinity;
}
