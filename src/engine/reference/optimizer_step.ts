/** From gradients to weights in float64: the norm, the clipping, and the optimiser's rule for every entry. */
import type { Optimizer, UpdateNumbers } from '../optimizers/optimizer';
import type { Training } from '../training/training';

/** Keeps a gradient of this norm at the clip's, as `torch.nn.utils.clip_grad_norm_` does; 1 where it is not clipped by norm. */
export function clipScale(clip: Training['clip'], norm: number): number {
  return clip?.by === 'norm' ? Math.min(1, clip.most / (norm + 1e-6)) : 1;
}

/**
 * Lets the entries of a parameter follow their gradients.
 * @param slots - the optimiser's, changed in place like the parameter
 * @param most - the largest magnitude that an entry of the gradient may keep
 */
export function followGradient(p: Float64Array, gradient: Float64Array, slots: readonly Float64Array[], optimizer: Optimizer, numbers: UpdateNumbers, scale: number, most: number): void {
  const kept = slots.map(() => 0);
  for (let i = 0; i < p.length; i++) {
    const d = Math.max(-most, Math.min(most, scale * gradient[i]));
    for (let s = 0; s < kept.length; s++) kept[s] = slots[s][i];
    const next = optimizer.update(p[i], d, kept, numbers);
    p[i] = next.p;
    for (let s = 0; s < kept.length; s++) slots[s][i] = next.slots[s];
  }
}

/** Σ of the squares. */
export function squares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}
