/**
 * The words or characters behind a model's token numbers, in any of the forms in which people keep them: an alphabet
 * whose n-th character is token n, a list of words, or a dictionary from word to number. How many there must be is known
 * from the weights, and decides between readings of one text.
 */
import { OptionError } from '../errors';
import { wordsOf } from '../model/words';
import { RARE } from '../tasks/alphabet';

/** As a caller may give it. A text is an alphabet, words separated by lines or spaces, or JSON; whichever has as many as the model. */
export type GivenVocabulary = string | readonly string[] | Readonly<Record<string, number>>;

/** Entries of the file's metadata that may hold a vocabulary, the most telling first. */
const METADATA_KEYS = ['vocab', 'vocabulary', 'alphabet', 'words', 'tokens', 'characters', 'chars', 'itos', 'stoi'];

/** No character has more code units than this, and no alphabet more: `Intl.Segmenter` takes the square of a text's length. */
const LONGEST_CHARACTER = 64;
const LONGEST_ALPHABET = 8192;

/** The tokens of a given vocabulary. Throws OptionError saying how many there are and how many there should be. */
export function vocabularyOfSize(count: number, given: GivenVocabulary): readonly string[] {
  const readings = typeof given === 'string' ? textReadings(given, count) : [{ form: typeof given === 'object' && Array.isArray(given) ? 'list' : 'dictionary', words: structured(given) }];
  const fitting = readings.find(({ words }) => words?.length === count && new Set(words).size === count);
  if (fitting) return fitting.words!;
  const counts = readings.filter(({ words }) => words).map(({ form, words }) => `as ${form} it has ${words!.length.toLocaleString('en')}`);
  const repeated = readings.find(({ words }) => words?.length === count)?.words?.find((word, i, words) => words.indexOf(word) < i);
  if (repeated !== undefined) throw new OptionError('vocabulary', `vocabulary: ${JSON.stringify(repeated)} is listed twice.`);
  throw new OptionError('vocabulary', `vocabulary: this model has ${count.toLocaleString('en')} tokens; ${counts.join(', ') || 'what was given is no list of texts, and no dictionary from texts to the numbers 0, 1, 2, …'}.`);
}

/** The vocabulary in a file's metadata, if there is one of that size. */
export function vocabularyInMetadata(metadata: Readonly<Record<string, string>>, count: number): readonly string[] | undefined {
  for (const key of METADATA_KEYS) {
    if (!Object.hasOwn(metadata, key)) continue;
    try {
      return vocabularyOfSize(count, metadata[key]);
    } catch {
      // An entry of that name that is something else: a count, a path.
    }
  }
  return undefined;
}

interface Reading {
  readonly form: string;
  /** Undefined where the text has no such form. */
  readonly words: readonly string[] | undefined;
}

function textReadings(text: string, count: number): readonly Reading[] {
  const json = parsed(text);
  if (typeof json === 'object' && json !== null) return [{ form: 'JSON', words: structured(json) }];
  const alphabet = text.length <= Math.min(LONGEST_CHARACTER * count, LONGEST_ALPHABET);
  return [
    // Characters as readers count them, then as Python does: a sorted alphabet may hold accents of their own.
    { form: 'an alphabet', words: alphabet ? Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment) : undefined },
    { form: 'an alphabet of code points', words: text.length <= 2 * count ? [...text] : undefined },
    { form: 'a list with a word a line', words: text.replace(/\r?\n$/, '').split(/\r?\n/) },
    { form: 'words between spaces', words: text.split(/\s+/).filter(Boolean) },
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A list of texts, a dictionary from texts to 0, 1, 2, …, or one the other way round; undefined for anything else. */
function structured(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return value.every((word) => typeof word === 'string') ? value : undefined;
  const entries = Object.entries(value as object);
  const byNumber = entries.every(([, number]) => typeof number === 'number') ? entries : entries.map(([number, word]) => [word, Number(number)]);
  const words: string[] = Array.from({ length: entries.length });
  for (const [word, number] of byNumber as [unknown, number][]) {
    if (typeof word !== 'string' || !Number.isInteger(number) || number < 0 || number >= entries.length || words[number] !== undefined) return undefined;
    words[number] = word;
  }
  return words;
}

/**
 * A text in the tokens of a vocabulary: characters where it is an alphabet, that is where it has the space or nothing
 * longer than a character, and those it has not as RARE if it has that; else words, known or not. Line ends become `\n`,
 * and what can be written as one code point is, unless the alphabet has it otherwise. Throws OptionError for a character
 * that is not in it, or a text over LONGEST_TEXT.
 */
export function tokensOf(text: string, vocabulary: readonly string[]): string[] {
  const words = wordsOf(text);
  const known = new Set(vocabulary);
  if (!known.has(' ') && vocabulary.some((token) => [...token].length > 1)) return words;
  const lines = known.has('\r') ? text : text.replace(/\r\n?/g, '\n');
  const read = vocabulary.some((token) => /^\p{M}/u.test(token) || token.normalize('NFC') !== token) ? lines : lines.normalize('NFC');
  const lengths = [...new Set(vocabulary.map(({ length }) => length))].filter((length) => length > 0 && length <= LONGEST_CHARACTER).toSorted((one, other) => other - one);
  const tokens: string[] = [];
  for (let at = 0; at < read.length; ) {
    const length = lengths.find((each) => known.has(read.slice(at, at + each)));
    const character = String.fromCodePoint(read.codePointAt(at)!);
    if (length === undefined && !known.has(RARE)) throw new OptionError('text', `text: ${JSON.stringify(character)} is not in this model's alphabet of ${vocabulary.length} characters.`);
    tokens.push(length === undefined ? RARE : read.slice(at, at + length));
    at += length ?? character.length;
  }
  return tokens;
}
