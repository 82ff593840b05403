/**
 * Dropout between layers (Srivastava et al. 2014; Zaremba et al. 2014): while training, a part of what a layer hands to
 * the next is 0 and the rest 1/(1 − part) times as large. What is dropped follows from its place (math/noise.ts), so
 * nothing is kept for the way back.
 */
import { keptFrom, keyed, rowKey } from '../math/noise';

export interface Dropout {
  /** Unsigned 32-bit key of the batch. */
  readonly key: number;
  /** In [0, 1). */
  readonly part: number;
}

/** Drops from a row of what a layer hands on, or from its gradients: the same entries. @param row - t·B + b */
export function dropFrom(values: Float64Array, { key, part }: Dropout, layer: number, model: number, row: number): void {
  const place = rowKey(key, layer, model, row);
  const threshold = keptFrom(part);
  for (let unit = 0; unit < values.length; unit++) values[unit] = keyed(place, unit) < threshold ? 0 : values[unit] / (1 - part);
}
