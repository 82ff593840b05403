/**
 * How well a model of agreement.ts agrees: sentences up to their verb, sorted by how many modifiers stand in between and
 * whether those mislead, and the part of them at which the model finds the wrong form of the verb likelier.
 */
import { OptionError, ShapeError } from '../errors';
import { randomStream } from '../math/random';
import { shapeText, size, type Tensor } from '../math/tensor';
import { agreementSentence, agreementWords, MODIFIER_ODDS, type Attractors, type Sentence, type SentencePlan } from './agreement_grammar';

export interface AgreementSet {
  /** What each sentence was drawn by, but for the number, which alternates: singular, plural, singular … */
  readonly plan: SentencePlan;
  readonly sentences: readonly Sentence[];
  /** [T, B] the words before the verb, filled up with `<pad>`. */
  readonly tokens: Tensor<Int32Array>;
  /** [B] how many those are: the verb is told by the logits of step lengths[b] − 1. */
  readonly lengths: Int32Array;
  /** Words between noun and verb, on average. */
  readonly distance: number;
}

/** Sentences of one kind, `count` of them. The same seed and plan give the same sentences. Throws OptionError. */
export function agreementSet(plan: SentencePlan & { readonly attractors: Attractors }, { seed = 7, count = 150 } = {}): AgreementSet {
  if (!(Number.isSafeInteger(count) && count >= 1)) throw new OptionError('count', `count: ${count} given; it must be a whole number of at least 1.`);
  const uniform = randomStream(seed, 'agreement set', plan.modifiers ?? 'drawn', plan.distance ?? 'drawn', plan.attractors);
  const sentences = Array.from({ length: count }, (_, b) => agreementSentence(uniform, { ...plan, number: b % 2 === 0 ? 0 : 1 }));
  const lengths = Int32Array.from(sentences, ({ verb }) => verb);
  const steps = Math.max(...lengths);
  const tokens = new Int32Array(steps * count);
  sentences.forEach(({ words, verb }, b) => {
    for (let t = 0; t < verb; t++) tokens[t * count + b] = agreementWords.indexOf(words[t]);
  });
  return { plan, sentences, tokens: { shape: [steps, count], data: tokens }, lengths, distance: lengths.reduce((sum, verb) => sum + verb - 2, 0) / count };
}

/** Nine sets: 0 to 4 modifiers, with nouns in between of the same number and of the opposite one. */
export function agreementSets(options: { readonly seed?: number; readonly count?: number } = {}): AgreementSet[] {
  return MODIFIER_ODDS.flatMap((_, modifiers) =>
    (modifiers === 0 ? (['same'] as const) : (['same', 'opposite'] as const)).map((attractors) => agreementSet({ modifiers, attractors }, options)),
  );
}

/**
 * The log-odds of the right verb against its wrong form, [B] for each model.
 * @param logits - [M, T, B, 59] of a run on `set.tokens`, with or without lengths. Throws ShapeError.
 */
export function verbLogOdds({ sentences, tokens, lengths }: AgreementSet, { shape, data }: Tensor): Float64Array[] {
  const [steps, count] = tokens.shape;
  const words = agreementWords.length;
  const expected = [shape[0], steps, count, words];
  if (shapeText(shape) !== shapeText(expected) || data.length !== size(expected)) throw new ShapeError('logits', `[M, ${expected.slice(1).join(', ')}]`, shapeText(shape));
  return Array.from({ length: shape[0] }, (_, m) =>
    Float64Array.from(sentences, ({ right, wrong }, b) => {
      const row = ((m * steps + lengths[b] - 1) * count + b) * words;
      return data[row + agreementWords.indexOf(right)] - data[row + agreementWords.indexOf(wrong)];
    }),
  );
}

/** The part of the sentences at which the wrong form is likelier than the right one. What is not a number counts as wrong. */
export function agreementErrorRate(logOdds: ArrayLike<number>): number {
  return Array.from(logOdds).filter((odds) => !(odds >= 0)).length / logOdds.length;
}
