/** From a text to what a network reads: words, and a vector for each that no other word can change. */
import { OptionError } from '../errors';
import { normalStream, randomStream } from '../math/random';

/** Texts longer than this are refused rather than cut: 100,000 characters are about 20,000 words. */
export const LONGEST_TEXT = 100_000;

/**
 * The words of a text, by the Unicode rules for any script; punctuation and emoji are words of their own, white
 * space separates. Empty for an empty text. Throws OptionError over LONGEST_TEXT characters.
 */
export function wordsOf(text: string): string[] {
  if (text.length > LONGEST_TEXT) {
    throw new OptionError('text', `text: ${text.length.toLocaleString('en')} characters given; the most is ${LONGEST_TEXT.toLocaleString('en')}.`);
  }
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text.normalize('NFC'));
  return Array.from(segments, ({ segment }) => segment).filter((segment) => segment.trim() !== '');
}

/** The vector of an untrained word: normal numbers of standard deviation `scale` that depend only on the seed, the word and the dimension. */
export function wordVector(seed: number, word: string, dimensions: number, scale = 1): Float32Array {
  const draw = normalStream(randomStream(seed, 'word', word));
  return Float32Array.from({ length: dimensions }, () => scale * draw());
}
