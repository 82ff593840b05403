/** Batches of tokens as sequences of words, for tests. */
import type { Batch, MadeTask } from '../../../src/engine';

export interface WordSequence {
  readonly words: readonly string[];
  readonly answers: readonly (string | undefined)[];
}

/** Every sequence of a batch of tokens, read through the task's own names. */
export function wordSequences({ input, output }: MadeTask, { inputs, targets }: Batch): WordSequence[] {
  if (!('vocab' in input) || !('names' in output) || !('tokens' in inputs) || !('classes' in targets)) throw new Error('not a task of tokens and classes');
  const [steps, sequences] = inputs.tokens.shape;
  return Array.from({ length: sequences }, (_, b) => {
    const at = (data: ArrayLike<number>) => Array.from({ length: steps }, (__, t) => data[t * sequences + b]);
    return { words: at(inputs.tokens.data).map((token) => input.vocab[token]), answers: at(targets.classes.data).map((target) => output.names[target]) };
  });
}
