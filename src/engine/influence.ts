/**
 * Who feels whom: M[t, s] = ‖∂h_t/∂x_s‖_F for every pair of steps, where h_t is a layer's output at step t and x_s what the
 * model read at step s, through all layers in between. It is measured along one run, at the run's own states, in float64.
 *
 * ∂s_t/∂x_s is carried forward from step s on, for a block of sources at once:
 *
 *     V_t = ∂s_t/∂s_{t-1} · V_{t-1} + ∂s_t/∂(layer input)_t · ∂(layer input)_t/∂x_s
 *
 * Each V has a power of two of its own, so that no product of small Jacobians is lost before it reaches 1e-300. Where a
 * layer has no such step (attention looks back at all of them) it is measured by losses, as in ./influence_by_losses.ts.
 */
import type { Tape } from './engine';
import type { SequencePlace } from './step_jacobian';

/** The most steps of which all pairs are measured. */
export const MOST_INFLUENCE_STEPS = 256;

export interface InfluenceOptions extends Omit<SequencePlace, 'direction'> {
  /** One entry of the layer's output instead of all: ‖∂h_t[unit]/∂x_s‖. Of a bidirectional layer, the reverse units come after the forward ones. */
  readonly unit?: number;
  /**
   * `gpu` propagates every entry of the output back as a loss of its own, side by side, in float32: numbers below 1e-38
   * are 0 there. `cpu` carries derivatives forward in float64. Unless told, the GPU does it where it is a real one.
   */
  readonly by?: 'fastest' | 'gpu' | 'cpu';
  readonly abort?: AbortSignal;
  /** Told the fraction done, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** The matrix of one sequence, from whatever measured it. */
export interface Influence {
  readonly layer: number;
  readonly model: number;
  readonly sequence: number;
  /** The one entry of the output, or undefined for all of them. */
  readonly unit: number | undefined;
  /** T, the steps that this sequence has. */
  readonly steps: number;
  /** Whether the layer and all below it read forward only: then entries with s > t are exactly 0. */
  readonly causal: boolean;
  /** Of the derivatives; the states they were taken along are the tape's own. */
  readonly arithmetic: 'float32 on the GPU' | 'float64 on the CPU';
  /** [T, T], row t, column s. Nothing is normalised. */
  readonly values: Float64Array;
  /** [T, T] the same in log₁₀, −∞ for 0; finite also where `values` has run out of numbers. */
  readonly log10: Float64Array;
}

/**
 * Measures all pairs along a tape of either engine, in slices short enough for a page. The tape is held meanwhile.
 * Rejects with OptionError for a place the tape does not have or a sequence of more than 256 steps, NonFiniteError where
 * weights or states are no numbers, ReleasedError, DeviceLostError or the AbortSignal's reason.
 */
export async function influence(tape: Tape, options: InfluenceOptions = {}): Promise<Influence> {
  const drop = tape.hold();
  try {
    const { measuredInfluence } = await import('./measured_influence');
    return await measuredInfluence(tape, options);
  } finally {
    drop();
  }
}
