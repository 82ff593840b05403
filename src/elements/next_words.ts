/** What a head makes of every state of a run: the probability of each word to come next. */
import type { Tape } from '../engine';
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
 * softmax(W·y + b) of the first model's first sequence, in float64 from the run's own numbers. Rejects with an Error, in
 * words, for a network that has no head, or one that tells numbers.
 */
export async function nextWords(tape: Tape, words: readonly string[], given: readonly string[] | undefined): Promise<NextWords> {
  const { shape } = tape.model;
  const vocab = 'embedding' in shape.input && typeof shape.input.vocab === 'object' ? shape.input.vocab : undefined;
  const names = given ?? vocab;
  if (shape.classes === undefined) throw new Error('This network says nothing: it has no head. Give it a task, or open one that was trained.');
  if (names?.length !== shape.classes) throw new Error('This network tells numbers, or classes without names; there are no words to show.');
  const [y, parameters] = await held(tape, async () => [await tape.signal('y').read(), tape.parameters] as const);
  const width = tape.signal('y').shape[3];
  const head = parameters.get(shape.tied ? 'embedding.weight' : 'head.weight')!.data;
  const bias = parameters.get('head.bias')!.data;
  return {
    words,
    names,
    at(step) {
      const scores = Array.from({ length: names.length }, (_, c) => {
        let score = bias[c];
        for (let j = 0; j < width; j++) score += head[c * width + j] * y[step * width + j];
        return score;
      });
      const most = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - most));
      const sum = powers.reduce((all, power) => all + power, 0);
      return powers.map((power, index) => ({ index, probability: power / sum })).toSorted((one, other) => other.probability - one.probability);
    },
  };
}
