/**
 * How a network goes on with a text by itself: what it expects next is drawn, read, and so on, each step from the states
 * that the one before left behind. A state's numbers come along, so that the text can be coloured by a unit.
 */
import { isRecurrent, statesAfter, type Model, type States, type Tape } from '../engine';
import { outputName } from './last_layer';
import { nextWords, type LikelyWord } from './next_words';

export interface ContinuationOptions {
  /** What the head's rows stand for, where the network itself does not say. */
  readonly names: readonly string[] | undefined;
  /** Divides the head's scores before one is drawn: 0 takes the likeliest. */
  readonly temperature: number;
  /** From 0 up to 1, another each time it is called. */
  readonly random: () => number;
  readonly abort: AbortSignal;
  /** Carries out work while no weights move. */
  readonly atRest: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** One word that was drawn, or one of the text that was read before. */
export interface ReadWord {
  readonly word: string;
  /** [H] the last layer's state after it, of the first network: `c` where there is one, else what the layer hands on. */
  readonly state: ArrayLike<number>;
}

/** Words one after another, without end. Rejects with an Error, in words, for a network that does not say what it reads. */
export async function* continuation(tape: Tape, { names, temperature, random, abort, atRest }: ContinuationOptions): AsyncGenerator<ReadWord, never> {
  const { model } = tape;
  let after = await atRest(() => leftBehind(tape, names));
  for (;;) {
    abort.throwIfAborted();
    const word = after.names[drawn(after.likely, temperature, random())];
    after = await atRest(() => read(model, word, after.states, names, abort));
    yield { word, state: after.shown };
  }
}

/** The text that a run read, with the states it was in. */
export async function wordsRead(tape: Tape, words: readonly string[]): Promise<readonly ReadWord[]> {
  const rows = await shownStates(tape);
  return words.map((word, t) => ({ word, state: rows[t] }));
}

/**
 * Which of them is drawn, by p^(1/T) over their sum: the softmax of scores divided by T.
 *
 * @param likely - likeliest first
 * @param at - from 0 up to 1
 */
export function drawn(likely: readonly LikelyWord[], temperature: number, at: number): number {
  if (temperature === 0) return likely[0].index;
  // Relative to the likeliest, so that no power of all is 0.
  const powers = likely.map(({ probability }) => (probability / likely[0].probability) ** (1 / temperature));
  let left = at * powers.reduce((sum, power) => sum + power, 0);
  const found = powers.findIndex((power) => (left -= power) < 0);
  return likely[found < 0 ? 0 : found].index;
}

interface LeftBehind {
  readonly states: States;
  readonly shown: ArrayLike<number>;
  readonly likely: readonly LikelyWord[];
  readonly names: readonly string[];
}

async function read(model: Model, word: string, states: States, names: readonly string[] | undefined, abort: AbortSignal): Promise<LeftBehind> {
  const tape = await model.run({ words: [word], states }, { abort });
  try {
    return await leftBehind(tape, names);
  } finally {
    tape.release();
  }
}

async function leftBehind(tape: Tape, given: readonly string[] | undefined): Promise<LeftBehind> {
  const { input } = tape.model.shape;
  const vocab = 'embedding' in input && typeof input.vocab === 'object' ? input.vocab : undefined;
  const last = tape.inputs.steps - 1;
  const [{ names, at }, states, rows] = await Promise.all([nextWords(tape, [], given), statesAfter(tape), shownStates(tape)]);
  if (vocab?.length !== names.length || names.some((name, k) => name !== vocab[k])) throw new Error('What this network says is not what it reads, so it cannot go on by itself.');
  return { states, shown: rows[last], likely: at(last), names };
}

/** [T][H] of the first network's first sequence. */
async function shownStates(tape: Tape): Promise<readonly ArrayLike<number>[]> {
  const { shape } = tape.model;
  const last = shape.layers[shape.layers.length - 1];
  const hasCell = isRecurrent(last) && last.cell.states.some(({ name }) => name === 'c');
  const signal = tape.signal(hasCell ? 'c' : outputName(shape));
  const values = await signal.read();
  const [, steps, sequences, units] = signal.shape;
  return Array.from({ length: steps }, (_, t) => values.slice(t * sequences * units, t * sequences * units + units));
}
