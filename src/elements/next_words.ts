/** What a head makes of every state of a run: the probability of each word to come next. */
import { headScores, type Tape } from '../engine';
import { held } from './latest';

export interface LikelyWord {
  /** Its row in the head. */
  readonly index: number;
  readonly probability: number;
}

export interface NextWords {
  /** What was read, a word a step. */
  readonly words: readonly string[];
  /** What the head's rows stand for. */
  readonly names: readonly string[];
  /** All of them after that step, likeliest first. */
  at(step: number): readonly LikelyWord[];
}

/**
 * softmax of the head's scores, of the first model's first sequence, in float64 from the run's own numbers. Rejects with
 * an Error, in words, for a network that has no head, or one that tells numbers.
 */
export async function nextWords(tape: Tape, words: readonly string[], given: readonly string[] | undefined): Promise<NextWords> {
  const { input, classes } = tape.model.shape;
  const vocab = 'embedding' in input && typeof input.vocab === 'object' ? input.vocab : undefined;
  const names = given ?? vocab;
  if (classes === undefined) throw new Error('This network says nothing: it has no head. Give it a task, or open one that was trained.');
  if (names?.length !== classes) throw new Error('This network tells numbers, or classes without names; there are no words to show.');
  const { data, shape } = await held(tape, () => headScores(tape));
  const sequences = shape[2];
  return {
    words,
    names,
    at(step) {
      const scores = data.subarray(step * sequences * classes, step * sequences * classes + classes);
      const most = scores.reduce((largest, score) => Math.max(largest, score), -Infinity);
      const powers = Array.from(scores, (score) => Math.exp(score - most));
      const sum = powers.reduce((all, power) => all + power, 0);
      return powers.map((power, index) => ({ index, probability: power / sum })).toSorted((one, other) => other.probability - one.probability);
    },
  };
}
