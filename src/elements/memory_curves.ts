/** Memory told from gradient, step by step: what is still there of a swapped word, and what a loss at the end can feel. */
import { counterfactual, gradientByDistance, jacobianFlow, layerStates, type Counterfactual, type Tape } from '../engine';
import { feltBy, type FeltBy } from './felt_by';
import { readable, sentenceOf, visible } from './network';
import { pairOf } from './pair_run';

export interface MemoryCurves {
  /** T steps, and the other sentence, which may be shorter or longer. */
  readonly words: readonly string[];
  readonly other: readonly string[];
  /** Where the two differ, as far as both go. */
  readonly swapped: readonly number[];
  readonly by: FeltBy;
  /** What is compared, and differentiated at the end: `h`, or `h` and `c` together, or the output `y`. */
  readonly states: readonly string[];
  /** log₁₀ ‖Δs_t‖ over the steps that both have; −∞ where the two runs agree exactly. */
  readonly stored: Float64Array;
  /** [T] log₁₀ ‖∂s_T/∂s_t‖_F/√D, 0 at the last step; or log₁₀ ‖∂y_T/∂x_t‖_F/√W, through all layers. */
  readonly gradient: Float64Array;
  readonly units: number;
  /** [steps of both, units] Δh, or Δy. */
  readonly difference: Float64Array;
}

/** Rejects as `counterfactual`, `jacobianFlow` and `gradientByDistance` do, and for a sentence of which nothing can be read. */
export async function memoryCurves(tape: Tape, text: string, asked: FeltBy | '', abort: AbortSignal): Promise<MemoryCurves> {
  const { model } = tape;
  const [words, other] = [sentenceOf(tape), readable(text, model)];
  const pair = pairOf(tape, [words, other]);
  const by = feltBy(model.shape, asked);
  const states = by === 'state' ? layerStates(model.shape.layers[model.shape.layers.length - 1]).map(({ name }) => name) : ['y'];
  const [gradient, ...twins] = await Promise.all([gradientOf(tape, by, abort), ...states.map((signal) => counterfactual(model, pair[0], pair[1], { signal, abort }))]);
  return {
    words: words.map(visible),
    other: other.map(visible),
    swapped: twins[0].positions,
    by,
    states,
    stored: lengthOf(twins),
    gradient,
    units: twins[0].units,
    difference: twins[0].difference,
  };
}

/** [T] in the order of the steps. */
async function gradientOf(tape: Tape, by: FeltBy, abort: AbortSignal): Promise<Float64Array> {
  const back = tape.inputs.steps - 1;
  if (by === 'input') return (await gradientByDistance(tape, { sequence: 0, back, by: 'cpu', abort })).toReversed();
  return (await jacobianFlow(tape, { back, measures: ['rms'], abort })).rms!.toReversed();
}

/** log₁₀ of the length of all differences together. */
function lengthOf(twins: readonly Counterfactual[]): Float64Array {
  return twins[0].norm.map((_, t) => Math.log10(Math.hypot(...twins.map(({ norm }) => norm[t]))));
}
