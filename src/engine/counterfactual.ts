/**
 * What is stored of a word: one sentence and its twin with a word swapped, run as two sequences of one batch. Whatever
 * differs between the two, the swap did it; where nothing was swapped the difference is exactly 0.
 */
import type { Model, RunOptions, Tape } from './engine';
import { headScores } from './head_scores';
import { OptionError } from './errors';
import { size } from './math/tensor';
import { layerStates } from './model/spec';
import { checkedSequencePlace, type SequencePlace } from './step_jacobian';

export type Swap = { /** Which word, from 0. */ readonly position: number; /** What to put in its place. */ readonly word: string };

export interface CounterfactualOptions extends Omit<SequencePlace, 'sequence'> {
  /** The signal to compare; `h` unless given, or `y` where the layer has no h. */
  readonly signal?: string;
  readonly form?: RunOptions['form'];
  readonly abort?: AbortSignal;
}

export interface Counterfactual {
  /** The sentence, and its twin. */
  readonly words: readonly [readonly string[], readonly string[]];
  /** Where the two sentences differ. */
  readonly positions: readonly number[];
  readonly signal: string;
  readonly place: Omit<Required<SequencePlace>, 'sequence'>;
  /** T and the signal's width. */
  readonly steps: number;
  readonly units: number;
  /** [T, units] of the sentence and of its twin. */
  readonly values: readonly [Float64Array, Float64Array];
  /** [T, units] twin minus sentence. */
  readonly difference: Float64Array;
  /** [T] the difference's Euclidean length. */
  readonly norm: Float64Array;
  /** What of the swap is left when the sentence is over, per state of the layer: twin minus sentence. */
  readonly final: readonly { readonly state: string; readonly difference: Float64Array; readonly norm: number }[];
  /** The head's scores after the last word, for a model with a head whose last layer is asked for. */
  readonly scores: { readonly logits: readonly [Float64Array, Float64Array]; readonly probabilities: readonly [Float64Array, Float64Array] } | undefined;
}

/**
 * Runs a sentence and its twin: the same with one word replaced, or another of the same length.
 * Rejects with OptionError for a position that does not exist or lengths that differ, UnknownSignalError, and as `Model.run`.
 */
export async function counterfactual(model: Model, words: readonly string[], twin: Swap | readonly string[], options: CounterfactualOptions = {}): Promise<Counterfactual> {
  const other = 'position' in twin ? swapped(words, twin) : twin;
  if (other.length !== words.length) throw new OptionError('words', `words: the sentences have ${words.length} and ${other.length} words; step by step only equal lengths compare.`);
  const { form, abort } = options;
  const tape = await model.run({ words: [words, other] }, { form, abort });
  try {
    const { layer, direction, model: m } = checkedSequencePlace(tape, { ...options, sequence: 0 });
    const name = options.signal ?? (tape.signals.some((each) => each.layer === layer && each.name === 'h') ? 'h' : 'y');
    const signal = tape.signal(name, { layer, direction });
    if (signal.shape.length !== 4) throw new OptionError('signal', `signal: "${name}" has no steps; what is left after the last one comes with every signal.`);
    const both = await signal.read();
    const [, steps, , units] = signal.shape;
    const of = (b: number) => Float64Array.from({ length: steps * units }, (_, i) => both[((m * steps + Math.floor(i / units)) * 2 + b) * units + (i % units)]);
    const values = [of(0), of(1)] as const;
    const difference = minus(values[1], values[0]);
    return {
      words: [words, other],
      positions: words.flatMap((word, t) => (word === other[t] ? [] : [t])),
      signal: name,
      place: { layer, direction, model: m },
      steps,
      units,
      values,
      difference,
      norm: Float64Array.from({ length: steps }, (_, t) => Math.hypot(...difference.subarray(t * units, (t + 1) * units))),
      final: await Promise.all(
        layerStates(model.shape.layers[layer]).map(async ({ name: state }) => {
          const last = tape.signal(`${state}_n`, { layer, direction });
          const rows = pairAt(await last.read(), m, size(last.shape.slice(2)));
          const left = minus(rows[1], rows[0]);
          return { state, difference: left, norm: Math.hypot(...left) };
        }),
      ),
      scores: layer === model.shape.layers.length - 1 ? await lastScores(tape, m) : undefined,
    };
  } finally {
    tape.release();
  }
}

function swapped(words: readonly string[], { position, word }: Swap): readonly string[] {
  if (Number.isInteger(position) && position >= 0 && position < words.length) return words.with(position, word);
  throw new OptionError('position', `position: ${position} given; the sentence has words 0 to ${words.length - 1}.`);
}

/** Rows 0 and 1 of model m in [M, 2, width]. */
function pairAt(all: ArrayLike<number>, m: number, width: number): [Float64Array, Float64Array] {
  const row = (b: number) => Float64Array.from({ length: width }, (_, i) => all[(m * 2 + b) * width + i]);
  return [row(0), row(1)];
}

async function lastScores(tape: Tape, m: number): Promise<Counterfactual['scores']> {
  if (tape.model.shape.classes === undefined) return undefined;
  const { shape, data } = await headScores(tape);
  const [, steps, , classes] = shape;
  const logits = pairAt(data, m * steps + steps - 1, classes);
  return { logits, probabilities: [softmax(logits[0]), softmax(logits[1])] };
}

function softmax(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function minus(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, i) => value - other[i]);
}
