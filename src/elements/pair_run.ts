/** Two sentences through one network, and what the pictures of them need: over how many steps they compare, and in which colours. */
import { counterfactual, type Counterfactual, type Range, type Tape } from '../engine';
import { readsCharacters, visible } from './network';

/** A signal of both runs, over the steps that both sentences have. */
export interface Pair extends Counterfactual {
  /** Both sentences whole, as they are shown; `words` of the comparison end with the shorter one. */
  readonly sentences: readonly [readonly string[], readonly string[]];
  /** What a step reads. */
  readonly things: 'words' | 'characters';
  /** The signal's own range. */
  readonly range: Range;
  /** The largest magnitude in both runs, and in their difference. */
  readonly largest: { readonly values: number; readonly difference: number };
}

/**
 * Runs both sentences through the model of a tape, as far as `pairOf` has it. Rejects as that throws and as
 * `counterfactual` does.
 *
 * @param sentences - as the network reads them
 */
export async function pairRun(tape: Tape, sentences: Pair['sentences'], name: string, abort: AbortSignal): Promise<Pair> {
  const { range } = tape.signal(name);
  const [one, other] = pairOf(tape, sentences);
  const compared = await counterfactual(tape.model, one, other, { signal: name, abort });
  const { values, difference } = compared;
  const shown = (words: readonly string[]) => words.map(visible);
  const words = [shown(compared.words[0]), shown(compared.words[1])] as const;
  return { ...compared, words, things: readsCharacters(tape.model) ? 'characters' : 'words', sentences: [shown(sentences[0]), shown(sentences[1])], range, largest: { values: Math.max(...values.map(largestOf)), difference: largestOf(difference) } };
}

/**
 * Both sentences up to the end of the shorter one: what comes after cannot matter to the steps before, where all layers read
 * forward. Throws, in words, where it can.
 */
export function pairOf({ model: { shape } }: Pick<Tape, 'model'>, [one, other]: Pair['sentences']): Pair['sentences'] {
  const steps = Math.min(one.length, other.length);
  if (steps === 0) throw new Error('The second sentence has no word that this network reads; give it at least one.');
  if (one.length !== other.length && shape.layers.some(({ directions }) => directions === 2)) {
    throw new Error(`This network reads a sentence from both ends, so only sentences of one length can be compared step by step: these have ${one.length} and ${other.length}.`);
  }
  return [one.slice(0, steps), other.slice(0, steps)];
}

function largestOf(numbers: Float64Array): number {
  return numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
