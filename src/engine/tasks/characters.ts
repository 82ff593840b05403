import { OptionError } from '../errors';
import { randomStream } from '../math/random';
import type { Batch } from '../training/batch';
import { alphabetText, type AlphabetText } from './alphabet';
import { below } from './draw';
import { checkedSequences, checkedSettings } from './settings';
import type { MadeTask, Task, TaskOptions } from './task';
import { wrappedQuotes } from './wrapped_quotes';

/** A book of 20,000 pages; reading it takes seconds, and its numbers 60 MB. */
const LONGEST_CHARACTERS = 20_000_000;
/** What part of the text is kept from training. */
const HELD_PART = 0.1;
const RANDOM_PLACES = 0;

const name = 'characters';
const settings = [
  { name: 'window', title: 'Steps', default: 96, least: 8, most: 1024 },
  { name: 'alphabet', title: 'Most kinds of characters', default: 512, least: 2, most: 4096 },
  { name: 'order', title: 'Where windows begin', default: RANDOM_PLACES, least: 0, most: 1, names: { [RANDOM_PLACES]: 'anywhere', 1: 'where the one before ended' } },
] as const;

/**
 * A text, character after character: at each step, what is the next one? Windows of T characters; the alphabet is the
 * text's own, its rarest characters as one where they are too many (alphabet.ts). The last tenth, and at least a window,
 * is held out. Windows begin anywhere, all places equally likely; or, for carried state, sequence b of a batch goes on
 * where sequence b of the one before ended: the text is cut into B pieces, each read window by window and then again
 * from its start. Without a text of the reader's it is the one of wrapped_quotes.ts.
 */
export const characters: Task = {
  name,
  title: 'Next character',
  description: 'A text read character by character; the network learns to foresee the next one. Yours, or one written so that cells find something to count.',
  source: 'after Karpathy 2015',
  settings,
  readsText: true,
  make(options) {
    const { window: steps, alphabet: most, order } = checkedSettings({ name, settings, readsText: true }, options);
    const read = readText(options.text ?? wrappedQuotes(), most, steps);
    const held = heldLength(read.codes.length, steps);
    const trained = read.codes.subarray(0, read.codes.length - held);
    const kept = read.codes.subarray(trained.length);
    const places = order === RANDOM_PLACES ? randomPlaces(options, trained.length, steps) : placesInTurn(options, trained.length, steps);
    return {
      input: { vocab: read.alphabet },
      output: { classes: read.alphabet.length, names: read.alphabet },
      steps,
      chance: partOfCommonest(trained, kept, read.alphabet.length),
      held: `the last ${held.toLocaleString('en')} of ${read.codes.length.toLocaleString('en')} characters, which no batch contains`,
      batch: (k) => windows(trained, steps, places(k)),
      heldOut: (sequences) => windows(kept, steps, evenPlaces(checkedSequences({ name }, sequences), kept.length, steps)),
      example: (k) => example(trained, places(k)[0], steps, read.alphabet),
    };
  },
};

/** A text that can be trained on. Throws OptionError for one that cannot. */
function readText(text: string, most: number, steps: number): AlphabetText {
  if (text.length > LONGEST_CHARACTERS) {
    throw new OptionError('text', `text: ${text.length.toLocaleString('en')} characters given; the most is ${LONGEST_CHARACTERS.toLocaleString('en')}.`);
  }
  if (text.trim() === '') throw new OptionError('text', 'text: it is empty; paste some text to learn from.');
  const read = alphabetText(text, most);
  if (read.alphabet.length === 1) throw new OptionError('text', `text: it has no character but "${read.alphabet[0]}", so there is nothing to foresee.`);
  const [length, least] = [read.codes.length, 2 * (steps + 1)];
  if (length >= least) return read;
  const fitting = Math.floor(length / 2) - 1;
  const remedy = fitting >= settings[0].least ? `give more text, or a window of at most ${fitting}` : 'give more text';
  throw new OptionError('text', `text: ${length} characters are too few to learn from some and be tested on others, ${steps} at a time, which takes ${least}; ${remedy}.`);
}

function heldLength(length: number, steps: number): number {
  return Math.max(steps + 1, Math.floor(HELD_PART * length));
}

/** Where each window of a batch begins. */
type Places = (k: number) => number[];

function randomPlaces({ seed, sequences }: TaskOptions, length: number, steps: number): Places {
  return (k) => {
    const uniform = randomStream(seed, name, 'batch', k);
    return Array.from({ length: sequences }, () => below(uniform, length - steps));
  };
}

function placesInTurn({ sequences }: TaskOptions, length: number, steps: number): Places {
  const piece = Math.floor((length - 1) / sequences);
  const turns = Math.floor(piece / steps);
  if (turns < 1) {
    const most = Math.floor((length - 1) / steps);
    throw new OptionError('sequences', `characters: cut into ${sequences} pieces, the ${length.toLocaleString('en')} characters to train on give none a window of ${steps}; take no more than ${most.toLocaleString('en')} sequences, or a shorter window.`);
  }
  return (k) => Array.from({ length: sequences }, (_, b) => b * piece + (k % turns) * steps);
}

/** Spread over the whole, the first at its start and the last at its end. */
function evenPlaces(sequences: number, length: number, steps: number): number[] {
  const last = length - steps - 1;
  return Array.from({ length: sequences }, (_, b) => (sequences === 1 ? 0 : Math.floor((b * last) / (sequences - 1))));
}

function windows(codes: Uint16Array, steps: number, places: readonly number[]): Batch {
  const sequences = places.length;
  const shape = [steps, sequences];
  const [tokens, classes] = [new Int32Array(steps * sequences), new Int32Array(steps * sequences)];
  places.forEach((place, b) => {
    for (let t = 0; t < steps; t++) {
      tokens[t * sequences + b] = codes[place + t];
      classes[t * sequences + b] = codes[place + t + 1];
    }
  });
  return { inputs: { tokens: { shape, data: tokens } }, targets: { classes: { shape, data: classes } } };
}

function example(codes: Uint16Array, place: number, steps: number, alphabet: readonly string[]): ReturnType<MadeTask['example']> {
  const from = (start: number) => Array.from(codes.subarray(start, start + steps), (code) => alphabet[code]);
  return { words: from(place), answers: from(place + 1) };
}

/** What always naming the character that is commonest in training gets right on what is held out. */
function partOfCommonest(trained: Uint16Array, kept: Uint16Array, kinds: number): number {
  const counts = new Uint32Array(kinds);
  for (const code of trained) counts[code]++;
  const commonest = counts.indexOf(Math.max(...counts));
  return kept.reduce((count, code) => count + (code === commonest ? 1 : 0), 0) / kept.length;
}
