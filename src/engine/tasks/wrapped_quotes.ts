/**
 * A text whose characters know two things that a network must count and remember to foresee them: how far they are into
 * their line, and whether they are quoted. Karpathy, Johnson and Fei-Fei (2015) found single LSTM cells that hold them.
 *
 * Sentences of agreement_grammar.ts follow each other, the full stop at the last word. 45 in 100 are quoted:
 * `she said "THE CAT WAS HAPPY." ` with a speaker of four, none or one modifier, in capitals. Then the text is cut into
 * lines of `width` characters, wherever they end.
 */
import { randomStream } from '../math/random';
import { agreementSentence, type SentencePlan } from './agreement_grammar';
import { below, oneOf } from './draw';

const QUOTED = 0.45;
const speakers = ['she', 'he', 'the boy', 'the girl'];

export interface WrappedQuotesOptions {
  /** Characters before wrapping; 300,000 unless given. */
  readonly length?: number;
  /** Characters of a line; 24 unless given. */
  readonly width?: number;
  /** 0 unless given. */
  readonly seed?: number;
}

export function wrappedQuotes({ length = 300_000, width = 24, seed = 0 }: WrappedQuotesOptions = {}): string {
  const uniform = randomStream(seed, 'wrapped quotes');
  const parts: string[] = [];
  for (let written = 0; written < length; written += parts[parts.length - 1].length) {
    parts.push(uniform() < QUOTED ? `${oneOf(uniform, speakers)} said "${sentence(uniform, { modifiers: below(uniform, 2) }).toUpperCase()}" ` : `${sentence(uniform)} `);
  }
  const text = parts.join('').slice(0, length);
  const lines = Array.from({ length: Math.ceil(text.length / width) }, (_, line) => text.slice(line * width, (line + 1) * width));
  return lines.join('\n');
}

function sentence(uniform: () => number, plan?: SentencePlan): string {
  return agreementSentence(uniform, plan).words.join(' ').replace(' .', '.');
}

/** What each character of a text has before it. */
export interface TextPlaces {
  /** Characters since the line began, this one counted; 0 at the line's end itself. */
  readonly column: Uint32Array;
  /** 1 from an opening quote up to its closing one, which is 0 again. */
  readonly quoted: Uint8Array;
}

/** Where the characters of a text stand: what a cell may be found to hold. */
export function textPlaces(characters: ArrayLike<string>): TextPlaces {
  const column = new Uint32Array(characters.length);
  const quoted = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) {
    column[i] = characters[i] === '\n' ? 0 : (i ? column[i - 1] : 0) + 1;
    const before = i ? quoted[i - 1] : 0;
    quoted[i] = characters[i] === '"' ? 1 - before : before;
  }
  return { column, quoted };
}
