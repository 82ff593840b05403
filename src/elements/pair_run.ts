/** Two sentences through one network side by side, as two sequences of one batch: whatever differs, the words did it. */
import type { Model } from '../engine';
import { snapOutward } from './range';

/** A signal of both runs, over the steps that both sentences have. */
export interface Pair {
  readonly words: readonly [readonly string[], readonly string[]];
  /** Steps that both sentences have. */
  readonly steps: number;
  readonly units: number;
  /** [steps, units] each. */
  readonly values: readonly [Float64Array, Float64Array];
  /** Second minus first, [steps, units]. */
  readonly difference: Float64Array;
  /** [steps] Euclidean length of the difference. */
  readonly distance: Float64Array;
  /** One range for all three pictures: ±limit. */
  readonly limit: number;
  /** Whether the signal itself can be negative; gates between 0 and 1 cannot. */
  readonly signed: boolean;
  readonly role: string;
}

/** Runs both sentences and reads the signal of both. Rejects as `Model.run` and `Tape.signal` do. */
export async function pairRun(model: Model, words: Pair['words'], name: string, abort: AbortSignal): Promise<Pair> {
  const tape = await model.run({ words }, { abort });
  try {
    const signal = tape.signal(name);
    const all = await signal.read();
    const [, , , units] = signal.shape;
    const steps = Math.min(words[0].length, words[1].length);
    const of = (b: number) => Float64Array.from({ length: steps * units }, (_, k) => all[(Math.floor(k / units) * 2 + b) * units + (k % units)]);
    const values = [of(0), of(1)] as const;
    const difference = values[1].map((value, k) => value - values[0][k]);
    const distance = Float64Array.from({ length: steps }, (_, t) => Math.hypot(...difference.subarray(t * units, (t + 1) * units)));
    const largest = [...values, difference].reduce((most, part) => part.reduce((sofar, value) => Math.max(sofar, Math.abs(value)), most), 0);
    return { words, steps, units, values, difference, distance, limit: snapOutward(largest), signed: signal.range === 'unbounded' || signal.range[0] < 0, role: signal.role };
  } finally {
    tape.release();
  }
}
