/** Matrices of influence next to each other: the scale that holds them all, and what they say in a sentence. */
import { LONGEST_TEXT, wordsOf, type Influence } from '../engine';
import { ofLog10 } from '../elements/log_axis';

/** A matrix with the words of its sides. */
export interface WordedInfluence {
  readonly influence: Pick<Influence, 'steps' | 'log10'>;
  readonly words: readonly string[];
}

/** Powers of ten around all entries that are not 0; none where all are. */
export function endsOf(matrices: readonly WordedInfluence[]): { readonly min: number | undefined; readonly max: number | undefined } {
  let [least, most] = [Infinity, -Infinity];
  for (const { influence } of matrices) {
    for (const log of influence.log10) {
      if (log === -Infinity) continue;
      least = Math.min(least, log);
      most = Math.max(most, log);
    }
  }
  if (!(least <= most)) return { min: undefined, max: undefined };
  const [low, high] = [Math.floor(least), Math.ceil(most)];
  // A scale has two ends, and float64 none below these.
  return { min: 10 ** Math.max(-300, Math.min(low, high - 1)), max: 10 ** high };
}

/**
 * What the last word feels of the first, and of itself, in each of several networks that read the same words; empty where
 * there is only one word, or they did not.
 *
 * @param names - of the networks: `the LSTM`
 */
export function farthestFelt(matrices: readonly WordedInfluence[], names: readonly string[]): string {
  const [{ words }] = matrices;
  const last = words.length - 1;
  if (last < 1 || matrices.some((each) => each.words.join(' ') !== words.join(' '))) return '';
  const felt = (s: number) => matrices.map(({ influence: { log10, steps } }, k) => `${names[k]} ${ofLog10(log10[last * steps + s])}`).join(', ');
  return `Of ‘${words[0]}’, ${last} ${last === 1 ? 'word' : 'words'} back, ‘${words[last]}’ feels in ${felt(0)}; of its own vector, in ${felt(last)}.`;
}

/** How many pairs of words attention compares in a text, and in one twice as long. */
export function pairsOf(text: string): string {
  const count = text.length > LONGEST_TEXT ? 0 : wordsOf(text).length;
  if (count === 0) return '';
  const pairs = (words: number) => ((words * (words + 1)) / 2).toLocaleString('en');
  return `Your sentence of ${count} ${count === 1 ? 'word is' : 'words is'} ${pairs(count)} ${count === 1 ? 'pair' : 'pairs'} to compare; one of ${2 * count} would be ${pairs(2 * count)}, and one of 1,000 words ${pairs(1000)}.`;
}
