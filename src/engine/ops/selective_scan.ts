import type { Op } from './op';

/**
 * One line of a program: the selective state-space scan in the published interface (Gu and Dao 2023), everything around
 * the recurrence fused into it. D channels, each with N states; G groups of channels share their B and C.
 */
export interface SelectiveScanStep {
  readonly op: 'selective_scan';
  /** [.., D] what enters. */
  readonly u: string;
  /** [.., D] step sizes before bias and softplus; left out where they do not depend on the input, and then 0. */
  readonly delta?: string;
  /** Parameter [D, R]: then `delta` is [.., R], and its product with this the step sizes. R is small: no product of its own. */
  readonly deltaWeight?: string;
  /** A tensor [.., G·N], or a parameter [G, N] where it does not depend on the input. */
  readonly B: { readonly tensor: string } | { readonly parameter: string };
  readonly C: { readonly tensor: string } | { readonly parameter: string };
  /** [.., D] gate: y is multiplied by silu(z). */
  readonly z?: string;
  readonly y: string;
  /** Parameter [D, N]: A itself, all negative, or the logarithm of −A. */
  readonly A: { readonly plain: string } | { readonly log: string };
  /** Parameter [D]: what of u goes straight to y. */
  readonly D?: string;
  /** Parameter [D]. */
  readonly deltaBias?: string;
  readonly softplus: boolean;
  /** Names the state [D, N]. */
  readonly h: string;
  readonly groups: number;
  /** N */
  readonly states: number;
}

/** A scan that chooses at each step what to keep and what to let in. B is discretised by the simple product Δ·B, as published. */
export const selectiveScan: Op<SelectiveScanStep> = {
  name: 'selective_scan',
  equations: ['Δ = softplus(deltaWeight · delta + deltaBias)', 'h_t = exp(Δ·A) ⊙ h_{t−1} + Δ · B_t · u_t', 'y_t = (C_t · h_t + D ⊙ u_t) ⊙ silu(z_t)'],
  reads: ({ u, delta, B, C, z }) => [u, ...(delta ? [delta] : []), ...('tensor' in B ? [B.tensor] : []), ...('tensor' in C ? [C.tensor] : []), ...(z ? [z] : [])],
  writes: ({ y }) => [y],
  parameters: ({ A, B, C, D, deltaWeight, deltaBias }) => [
    'log' in A ? A.log : A.plain,
    ...('parameter' in B ? [B.parameter] : []),
    ...('parameter' in C ? [C.parameter] : []),
    ...(D ? [D] : []),
    ...(deltaWeight ? [deltaWeight] : []),
    ...(deltaBias ? [deltaBias] : []),
  ],
  states: ({ u, h, states }, widthOf) => [{ name: h, width: widthOf(u) * states, grows: false, role: 'state of the scan' }],
  shows: ({ u, groups, states }, widthOf) => [
    { name: 'delta', width: widthOf(u), perStep: false, felt: false },
    { name: 'decay', width: widthOf(u) * states, perStep: false, felt: false },
    { name: 'B', width: groups * states, perStep: false, felt: false },
    { name: 'C', width: groups * states, perStep: false, felt: false },
    { name: 'h', width: widthOf(u) * states, perStep: false, felt: true },
  ],
  misfit({ u, delta, deltaWeight, B, C, z, y, A, D, deltaBias, groups, states }, widthOf, shapeOf) {
    const channels = widthOf(u);
    if ([z, y].some((name) => name && widthOf(name) !== channels)) return `${u}, its gate and its result differ in width`;
    const made = deltaWeight ? shapeOf(deltaWeight) : [channels, channels];
    if ((deltaWeight || delta) && (made[0] !== channels || !delta || widthOf(delta) !== made[1])) return `${delta} does not make a step size for each channel`;
    if (channels % groups !== 0) return `${groups} groups do not divide ${channels} channels`;
    for (const side of [B, C]) {
      const count = 'tensor' in side ? widthOf(side.tensor) : shapeOf(side.parameter).reduce((product, n) => product * n, 1);
      if (count !== groups * states) return `B or C is not ${states} numbers for each of ${groups} groups`;
    }
    const [rows, columns] = shapeOf('log' in A ? A.log : A.plain);
    if (rows !== channels || columns !== states) return `A is not [${channels}, ${states}]`;
    return [D, deltaBias].some((name) => name && shapeOf(name)[0] !== channels) ? `a parameter is not one number per channel` : undefined;
  },
};
