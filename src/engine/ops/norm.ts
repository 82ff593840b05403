import type { Op } from './op';

export interface NormStep {
  readonly op: 'norm';
  readonly x: string;
  readonly y: string;
  /** `layer` takes the mean away first (Ba et al. 2016); `rms` does not (Zhang and Sennrich 2019). */
  readonly kind: NormKind;
  /** [width] */
  readonly weight: string;
  /** [width] */
  readonly bias?: string;
}

export type NormKind = 'layer' | 'rms';

/** Added to the mean square, as in PyTorch's LayerNorm and in Mamba's RMSNorm. */
export const NORM_EPSILON = 1e-5;

/** Each row brought to unit size. */
export const norm: Op<NormStep> = {
  name: 'norm',
  equations: ['x̂ = (x − mean(x)) / √(var(x) + 10⁻⁵), or x / √(mean(x²) + 10⁻⁵)', 'y = weight ⊙ x̂ + bias'],
  reads: ({ x }) => [x],
  writes: ({ y }) => [y],
  parameters: ({ weight, bias }) => [weight, ...(bias ? [bias] : [])],
  states: () => [],
  shows: () => [],
  misfit({ x, y, weight, bias }, widthOf, shapeOf) {
    if (widthOf(x) !== widthOf(y)) return `${x} and ${y} differ in width`;
    return [weight, ...(bias ? [bias] : [])].some((name) => shapeOf(name)[0] !== widthOf(x)) ? `${weight} is not as long as ${x} is wide` : undefined;
  },
};
