/**
 * A grammar of 59 words for subject–verb agreement: "the cat that we saw yesterday was happy .". The verb agrees with the
 * noun at the start, whatever nouns and pronouns come in between. After Linzen, Dupoux and Goldberg (2016), who call a
 * noun of the other number in between an attractor.
 *
 *     sentence   the NOUN modifier* VERB ADJECTIVE .
 *     modifier   PREPOSITION the NOUN                       0.4
 *                that the NOUN TRANSITIVE [ADVERB]          0.3, the adverb half the time
 *                that PRONOUN TRANSITIVE [ADVERB]           0.3, the adverb half the time
 *
 * Number, noun, verb (was/were, is/are) and all other words are drawn uniformly, each modifier's number apart from the
 * rest; 0 to 4 modifiers with the probabilities MODIFIER_ODDS.
 */
import { OptionError } from '../errors';
import { below, oneOf, weighted } from './draw';

/** Singular and plural of each noun. */
const nouns: readonly Pair[] = [
  ['cat', 'cats'],
  ['dog', 'dogs'],
  ['girl', 'girls'],
  ['boy', 'boys'],
  ['child', 'children'],
  ['man', 'men'],
  ['woman', 'women'],
  ['bird', 'birds'],
  ['author', 'authors'],
  ['teacher', 'teachers'],
  ['horse', 'horses'],
  ['farmer', 'farmers'],
];
const prepositions = ['near', 'behind', 'beside', 'with'];
const transitives = ['saw', 'met', 'liked', 'heard', 'found', 'followed'];
const adverbs = ['yesterday', 'today', 'once', 'often'];
/** Pronouns by the number of the verb they would have: "I was". */
const pronouns = [
  ['I', 'she', 'he'],
  ['we', 'they'],
] as const;
const adjectives = ['happy', 'sad', 'small', 'old', 'hungry', 'quiet', 'tired', 'young'];
const verbs: readonly Pair[] = [
  ['was', 'were'],
  ['is', 'are'],
];

type Pair = readonly [singular: string, plural: string];

/** What fills sentences up to one length; no word of any. */
export const PAD = '<pad>';

/** The vocabulary in the order of its rows: 59 words, PAD the first. */
export const agreementWords: readonly string[] = [PAD, '.', 'the', 'that', ...nouns.flat(), ...prepositions, ...transitives, ...adverbs, ...pronouns.flat(), ...adjectives, ...verbs.flat()];

/** How often a sentence has 0, 1, 2, 3, 4 modifiers. */
export const MODIFIER_ODDS: readonly number[] = [0.38, 0.34, 0.17, 0.08, 0.03];

/** Words of the longest modifier, and of a sentence besides its modifiers. */
export const LONGEST_MODIFIER = 5;
export const BARE_WORDS = 5;

/** The number of the nouns and pronouns in between: drawn, or that of the subject, or the other. */
export type Attractors = 'drawn' | 'same' | 'opposite';

export interface SentencePlan {
  /** 0 singular, 1 plural; drawn unless given. */
  readonly number?: 0 | 1;
  /** How many modifiers; drawn unless given or fixed by `distance`. */
  readonly modifiers?: number;
  /** How many words stand between noun and verb, 0 or at least 3; modifiers are drawn until they fill them. */
  readonly distance?: number;
  /** `drawn` unless given. */
  readonly attractors?: Attractors;
}

export interface Sentence {
  readonly words: readonly string[];
  /** Where the verb is in `words`; distance = verb − 2. */
  readonly verb: number;
  readonly number: 0 | 1;
  /** The verb that agrees, and its other form. */
  readonly right: string;
  readonly wrong: string;
  /** Nouns and pronouns in between whose number is not the subject's. */
  readonly attractors: number;
}

/** A number of words that modifiers can fill. Throws OptionError. */
export function checkedDistance(distance: number): number {
  if (Number.isSafeInteger(distance) && (distance === 0 || distance >= 3)) return distance;
  throw new OptionError('distance', `distance: ${distance} given; no modifier has fewer than 3 words, so it must be 0, or a whole number of at least 3.`);
}

/** Draws a sentence. Throws OptionError for a distance that no modifiers fill. */
export function agreementSentence(uniform: () => number, plan: SentencePlan = {}): Sentence {
  const number = plan.number ?? numberOf(below(uniform, 2));
  const words = ['the', oneOf(uniform, nouns)[number]];
  let attractors = 0;
  for (const modifier of modifiers(uniform, number, plan)) {
    words.push(...modifier.words);
    if (modifier.number !== number) attractors++;
  }
  const verb = oneOf(uniform, verbs);
  const position = words.length;
  words.push(verb[number], oneOf(uniform, adjectives), '.');
  return { words, verb: position, number, right: verb[number], wrong: verb[1 - number], attractors };
}

interface Modifier {
  readonly words: readonly string[];
  readonly number: 0 | 1;
}

function modifiers(uniform: () => number, subject: 0 | 1, { modifiers: count, distance, attractors = 'drawn' }: SentencePlan): Modifier[] {
  if (distance === undefined) {
    return Array.from({ length: count ?? weighted(uniform, MODIFIER_ODDS) }, () => drawnModifier(uniform, subject, attractors));
  }
  const chosen: Modifier[] = [];
  // Each is drawn as ever, and again while it would leave a gap that no modifier fills: 1 or 2 words, or fewer than 0.
  for (let rest = checkedDistance(distance); rest > 0; ) {
    const modifier = drawnModifier(uniform, subject, attractors);
    const left = rest - modifier.words.length;
    if (left !== 0 && left < 3) continue;
    chosen.push(modifier);
    rest = left;
  }
  return chosen;
}

function drawnModifier(uniform: () => number, subject: 0 | 1, attractors: Attractors): Modifier {
  const kind = uniform();
  const number = attractors === 'drawn' ? numberOf(below(uniform, 2)) : attractors === 'same' ? subject : numberOf(1 - subject);
  if (kind < 0.4) return { number, words: [oneOf(uniform, prepositions), 'the', oneOf(uniform, nouns)[number]] };
  const who = kind < 0.7 ? ['the', oneOf(uniform, nouns)[number]] : [oneOf(uniform, pronouns[number])];
  const when = [oneOf(uniform, transitives), ...(uniform() < 0.5 ? [oneOf(uniform, adverbs)] : [])];
  return { number, words: ['that', ...who, ...when] };
}

function numberOf(value: number): 0 | 1 {
  return value === 0 ? 0 : 1;
}
