/** Two sentences through one network, and what the pictures of them need: over how many steps they compare, and in which colours. */
import { counterfactual, type Counterfactual, type Range, type Tape } from '../engine';

/** A signal of both runs, over the steps that both sentences have. */
export interface Pair extends Counterfactual {
  /** Both sentences whole; `words` of the comparison end with the shorter one. */
  readonly sentences: readonly [readonly string[], readonly string[]];
  /** The signal's own range. */
  readonly range: Range;
  /** The largest magnitude in both runs, and in their difference. */
  readonly largest: { readonly values: number; readonly difference: number };
}

/**
 * Runs both sentences through the model of a tape. What comes after the shorter one ends cannot matter to the steps
 * before, so the longer one is cut: the layers read forward only. Rejects as `counterfactual` does.
 */
export async function pairRun(tape: Tape, sentences: Pair['sentences'], name: string, abort: AbortSignal): Promise<Pair> {
  const { range } = tape.signal(name);
  const steps = Math.min(sentences[0].length, sentences[1].length);
  const [one, other] = sentences.map((words) => words.slice(0, steps));
  const compared = await counterfactual(tape.model, one, other, { signal: name, abort });
  const { values, difference } = compared;
  return { ...compared, sentences, range, largest: { values: Math.max(...values.map(largestOf)), difference: largestOf(difference) } };
}

function largestOf(numbers: Float64Array): number {
  return numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
