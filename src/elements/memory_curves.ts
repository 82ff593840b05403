/** Memory told from gradient, step by step: what is still there of a swapped word, and what a loss at the end can feel. */
import { counterfactual, jacobianFlow, layerStates, type Tape } from '../engine';

export interface MemoryCurves {
  /** T steps, and the other sentence, which may be shorter or longer. */
  readonly words: readonly string[];
  readonly other: readonly string[];
  /** Where the two differ, as far as both go. */
  readonly swapped: readonly number[];
  /** What the state consists of: `h`, or `h` and `c`. */
  readonly states: readonly string[];
  /** log₁₀ ‖Δs_t‖ over the steps that both have; −∞ where the two runs agree exactly. */
  readonly stored: Float64Array;
  /** [T] log₁₀ ‖∂s_T/∂s_t‖_F/√D: 0 at the last step. */
  readonly gradient: Float64Array;
  readonly units: number;
  /** [steps of both, units] Δh. */
  readonly difference: Float64Array;
}

/** Rejects as `counterfactual` and `jacobianFlow` do. */
export async function memoryCurves(tape: Tape, words: readonly string[], other: readonly string[], abort: AbortSignal): Promise<MemoryCurves> {
  const { model } = tape;
  const steps = Math.min(words.length, other.length);
  const pair = [words, other].map((sentence) => sentence.slice(0, steps));
  const states = layerStates(model.shape.layers[model.shape.layers.length - 1]).map(({ name }) => name);
  const [flow, ...twins] = await Promise.all([
    jacobianFlow(tape, { back: words.length - 1, measures: ['rms'], abort }),
    ...states.map((signal) => counterfactual(model, pair[0], pair[1], { signal, abort })),
  ]);
  return {
    words,
    other,
    swapped: twins[0].positions,
    states,
    stored: twins[0].norm.map((_, t) => Math.log10(Math.hypot(...twins.map(({ norm }) => norm[t])))),
    gradient: flow.rms!.toReversed(),
    units: twins[0].units,
    difference: twins[0].difference,
  };
}
