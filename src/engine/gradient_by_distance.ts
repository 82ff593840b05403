/**
 * Gradient against distance for layers of every kind, on one absolute scale: ‖∂y_T/∂x_{T−k}‖, what one step's output still
 * feels of the input k steps before, through all layers in between. A row of the influence matrix, and no longer than a
 * sequence may be. What a recurrent layer's own state carries, and how far below 1e-308, is in ./jacobian_flow.ts.
 */
import type { Tape } from './engine';
import { OptionError } from './errors';
import { entriesOf, feltAt, takesLosses } from './felt_on_device';
import { normsAt } from './influence_by_losses';
import { outputWidth } from './model/spec';
import { inSlices } from './reference/driver';
import { readSequence } from './sequence_run';
import { checkedSequencePlace, stepsOf, within, type SequencePlace } from './step_jacobian';

export interface DistanceOptions extends Omit<SequencePlace, 'direction'> {
  /** One sequence; the geometric mean over all of them unless given. */
  readonly sequence?: number;
  /** The step T whose output is differentiated; the last of the sequence unless given. */
  readonly to?: number;
  /** The largest distance k; as far as the first step unless given. */
  readonly back?: number;
  /** As in `influence`. */
  readonly by?: 'fastest' | 'gpu' | 'cpu';
  readonly abort?: AbortSignal;
  /** Told the fraction done, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/**
 * [back + 1] log₁₀ ‖∂y_T/∂x_{T−k}‖_F/√W over k = 0, 1, …; W is the width of the layer's output, −∞ stands for 0. Measured
 * along a tape of either engine, which is held meanwhile.
 * Rejects with OptionError for a place the tape does not have, NonFiniteError where weights or states are no numbers,
 * ReleasedError, DeviceLostError or the AbortSignal's reason.
 */
export async function gradientByDistance(tape: Tape, { sequence, to, back, by = 'fastest', abort, progress, ...given }: DistanceOptions = {}): Promise<Float64Array> {
  const { layer, model } = checkedSequencePlace(tape, { ...given, sequence: sequence ?? 0, direction: 'forward' });
  const { layers } = tape.model.shape;
  const causal = layers.slice(0, layer + 1).every(({ directions }) => directions === 1);
  const sequences = sequence === undefined ? Array.from({ length: tape.inputs.sequences }, (_, b) => b) : [sequence];
  const steps = Math.min(...sequences.map((b) => stepsOf(tape, b)));
  const last = to ?? steps - 1;
  within('to', last, steps);
  const length = (back ?? last) + 1;
  if (!Number.isInteger(length) || length < 1 || length > last + 1) throw new OptionError('back', `back: ${back} given; from step ${last} it must be a whole number from 0 to ${last}.`);

  const drop = tape.hold();
  try {
    const sum = new Float64Array(length);
    const scale = Math.log10(outputWidth(layers[layer])) / 2;
    for (const [done, b] of sequences.entries()) {
      const share = (fraction: number) => progress?.((done + fraction) / sequences.length);
      const place = { layer, model, sequence: b };
      const norms = takesLosses(tape, by) ? (await feltAt(tape, place, [last], entriesOf(layers[layer]), abort, share))[0] : await onCpu(tape, place, last, causal, abort, share);
      for (let k = 0; k < length; k++) sum[k] += (Math.log10(norms[last - k]) - scale) / sequences.length;
    }
    return sum;
  } finally {
    drop();
  }
}

async function onCpu(tape: Tape, place: { layer: number; model: number; sequence: number }, t: number, causal: boolean, abort: AbortSignal | undefined, share: (fraction: number) => void): Promise<Float64Array> {
  const takenAgain = await readSequence(tape, place);
  const measured = function* () {
    return yield* normsAt(yield* takenAgain(), t, undefined, causal, share);
  };
  return inSlices(measured(), abort);
}
