/**
 * How much of what a unit held is left after a span of steps, by its keep gate alone: ∏ f for the LSTM's cell state, ∏ z
 * for the GRU's hidden state. The logarithms are added up from the pre-activations, so that a gate that is shut, or a
 * span of hundreds of steps, leaves a number and not 0.
 */
import type { Tape } from './engine';
import { NonFiniteError, OptionError } from './errors';
import { cells } from './cells';
import { recurrentLayer } from './model/spec';
import { within, checkedSequencePlace, stepsOf, type SequencePlace } from './step_jacobian';

export interface GateProductOptions extends SequencePlace {
  /** The first step of the span, in the order the direction reads; the first of all unless given. */
  readonly from?: number;
  /** The last step of the span, included; the last that the direction takes unless given. */
  readonly to?: number;
}

export interface GateProducts {
  readonly place: Required<SequencePlace>;
  /** The keep gate's letter. */
  readonly gate: string;
  /** N steps of time from `from` to `to`, in the order the direction reads; row n's span begins with steps[n]. */
  readonly steps: readonly number[];
  /** H. */
  readonly units: number;
  /** [N, H] ∏ over the span from steps[n] to `to`, both included. Row 0 is the whole span. */
  readonly values: Float64Array;
  /** [N, H] the same in log₁₀, finite also below 1e-308. */
  readonly log10: Float64Array;
}

/**
 * The products over all spans that end at one step. The tape is held meanwhile.
 * Rejects with OptionError for a cell without a gate that keeps or a place the tape does not have, NonFiniteError,
 * ReleasedError, DeviceLostError.
 */
export async function gateProducts(tape: Tape, options: GateProductOptions = {}): Promise<GateProducts> {
  const place = checkedSequencePlace(tape, options);
  const { layer, direction, model, sequence } = place;
  const { cell, hidden } = recurrentLayer(tape.model.shape, layer, 'what it keeps of its state in a step is its signal `decay` or `keep`, where it has one; influence shows what is left of a step');
  if (!cell.keeps) {
    const others = cells.filter(({ keeps }) => keeps).map(({ name }) => name);
    throw new OptionError('cell', `cell: a ${cell.title} has no gate that multiplies its old state; ${others.join(', ')} have one.`);
  }
  const length = stepsOf(tape, sequence);
  const order = (step: number) => (direction === 'forward' ? step : length - 1 - step); // its own inverse
  const { from = order(0), to = order(length - 1) } = options;
  within('from', from, length);
  within('to', to, length);
  const [first, last] = [order(from), order(to)];
  if (first > last) throw new OptionError('from', `from: the ${direction} direction reads step ${from} after step ${to}; a span goes the way the layer reads.`);

  const signal = tape.signal(`a_${cell.keeps}`, { layer, direction });
  const drop = tape.hold();
  const totals = await signal.read().finally(drop);
  const { sequences, steps: most } = tape.inputs;
  const steps = Array.from({ length: last - first + 1 }, (_, n) => order(first + n));
  const logs = new Float64Array(steps.length * hidden);
  for (let n = steps.length - 1; n >= 0; n--) {
    const at = ((model * most + steps[n]) * sequences + sequence) * hidden;
    for (let j = 0; j < hidden; j++) {
      const a = totals[at + j];
      if (Number.isNaN(a)) throw new NonFiniteError(signal.name, at + j, a);
      logs[n * hidden + j] = logSigmoid(a) + (n + 1 < steps.length ? logs[(n + 1) * hidden + j] : 0);
    }
  }
  return { place, gate: cell.keeps, steps, units: hidden, values: logs.map(Math.exp), log10: logs.map((log) => log * Math.LOG10E) };
}

/** ln σ(a) = −ln(1 + e^(−a)), without underflow: a itself for a ≪ 0. */
export function logSigmoid(a: number): number {
  return a >= 0 ? -Math.log1p(Math.exp(-a)) : a - Math.log1p(Math.exp(a));
}
