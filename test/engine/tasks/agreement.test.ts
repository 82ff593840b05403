import { describe, expect, test } from 'vitest';
import { agreementErrorRate, agreementSentence, agreementSet, agreementSets, agreementWords, OptionError, ShapeError, taskNamed, verbLogOdds, type AgreementSet, type Sentence, type SentencePlan } from '../../../src/engine';
import { randomStream } from '../../../src/engine/math/random';
import { MODIFIER_ODDS } from '../../../src/engine/tasks/agreement_grammar';
import { wordSequences } from './columns';

// The grammar once more, as lists in the order of their rows, to hold the vocabulary and the odds against.
const nounPairs = 'cat cats dog dogs girl girls boy boys child children man men woman women bird birds author authors teacher teachers horse horses farmer farmers'.split(' ');
const prepositions = 'near behind beside with'.split(' ');
const transitives = 'saw met liked heard found followed'.split(' ');
const adverbs = 'yesterday today once often'.split(' ');
const pronouns = 'I she he we they'.split(' ');
const adjectives = 'happy sad small old hungry quiet tired young'.split(' ');
const verbForms = 'was were is are'.split(' ');
const oneOf = (words: readonly string[]) => `(?:${words.join('|')})`;

const modifier = new RegExp(
  ` (?:${oneOf(prepositions)} the ${oneOf(nounPairs)}|that (?:the ${oneOf(nounPairs)}|${oneOf(pronouns)}) ${oneOf(transitives)}(?: ${oneOf(adverbs)})?)(?= |$)`,
  'g',
);
const sentence = new RegExp(`^the ${oneOf(nounPairs)}(?:${modifier.source})* ${oneOf(verbForms)} ${oneOf(adjectives)} \\.$`);

const numberOf = (word: string) => (nounPairs.includes(word) ? nounPairs.indexOf(word) % 2 : pronouns.indexOf(word) >= 3 ? 1 : 0);
const verbNumber = (word: string) => verbForms.indexOf(word) % 2;
/** Numbers of the nouns and pronouns between subject and verb. */
const between = ({ words, verb }: Sentence) => words.slice(2, verb).filter((word) => nounPairs.includes(word) || pronouns.includes(word)).map(numberOf);
const modifiersOf = ({ words }: Sentence) => words.slice(0, -3).join(' ').match(modifier) ?? [];

const drawn = (count: number, plan?: SentencePlan) => {
  const uniform = randomStream(4, 'sentences');
  return Array.from({ length: count }, () => agreementSentence(uniform, plan));
};
const expectShare = (found: number, expected: number, n: number) => expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / n));

test('the vocabulary is the 59 words of the grammar, in order, padding first', () => {
  expect(agreementWords).toEqual(['<pad>', '.', 'the', 'that', ...nounPairs, ...prepositions, ...transitives, ...adverbs, ...pronouns, ...adjectives, ...verbForms]);
  expect(agreementWords.length).toBe(59);
});

describe('a sentence', () => {
  const sentences = drawn(10_000);

  test('is one of the grammar, its verb in the number of its first noun', () => {
    for (const each of sentences.slice(0, 1000)) {
      const { words, verb, number, right, wrong, attractors } = each;
      expect(words.join(' ')).toMatch(sentence);
      expect(words[verb]).toBe(right);
      expect([numberOf(words[1]), verbNumber(right), verbNumber(wrong)]).toEqual([number, number, 1 - number]);
      expect(Math.abs(verbForms.indexOf(right) - verbForms.indexOf(wrong))).toBe(1);
      expect(attractors).toBe(between(each).filter((other) => other !== number).length);
    }
  });

  test('has 0 to 4 modifiers and the three kinds of them as often as defined, every word as often as its like', () => {
    const all = sentences.map((each) => modifiersOf(each));
    expect(MODIFIER_ODDS).toEqual([0.38, 0.34, 0.17, 0.08, 0.03]);
    MODIFIER_ODDS.forEach((odds, k) => expectShare(all.filter(({ length }) => length === k).length / all.length, odds, all.length));
    const modifiers = all.flat().map((words) => words.trim().split(' '));
    const kinds = modifiers.map(([first, second]) => (first !== 'that' ? 'preposition' : second === 'the' ? 'noun' : 'pronoun'));
    Object.entries({ preposition: 0.4, noun: 0.3, pronoun: 0.3 }).forEach(([kind, odds]) => expectShare(kinds.filter((other) => other === kind).length / kinds.length, odds, kinds.length));
    const clauses = modifiers.filter(([first]) => first === 'that');
    expectShare(clauses.filter((words) => adverbs.includes(words.at(-1)!)).length / clauses.length, 0.5, clauses.length);
    const uniform = (words: readonly string[], list: readonly string[], odds = 1 / list.length) => {
      for (const each of list) expectShare(words.filter((word) => word === each).length / words.length, odds, words.length);
    };
    uniform(sentences.map(({ words }) => words[1]), nounPairs);
    uniform(sentences.map(({ right }) => right), verbForms);
    uniform(sentences.map(({ words }) => words.at(-2)!), adjectives);
    const inside = modifiers.flat();
    uniform(inside.filter((word) => prepositions.includes(word)), prepositions);
    uniform(inside.filter((word) => transitives.includes(word)), transitives);
    uniform(inside.filter((word) => adverbs.includes(word)), adverbs);
    uniform(inside.filter((word) => nounPairs.includes(word)), nounPairs);
    uniform(inside.filter((word) => pronouns.slice(0, 3).includes(word)), pronouns.slice(0, 3));
    uniform(inside.filter((word) => pronouns.slice(3).includes(word)), pronouns.slice(3));
    const numbers = inside.filter((word) => nounPairs.includes(word) || pronouns.includes(word)).map(numberOf);
    expectShare(numbers.filter((number) => number === 1).length / numbers.length, 0.5, numbers.length);
  });

  test.each(['same', 'opposite'] as const)('has nouns of the %s number in between if asked to', (attractors) => {
    for (const each of drawn(300, { attractors, modifiers: 3 })) {
      expect(between(each)).toEqual(Array(3).fill(attractors === 'same' ? each.number : 1 - each.number));
    }
  });

  test.each([0, 3, 4, 5, 6, 7, 8, 11, 80])('has exactly %i words between noun and verb if asked to', (distance) => {
    for (const each of drawn(100, { distance })) {
      expect(each.verb - 2).toBe(distance);
      expect(each.words.join(' ')).toMatch(sentence);
    }
  });

  test.each([1, 2, -3, 4.5, NaN, Infinity])('is refused at a distance of %d', (distance) => {
    expect(() => drawn(1, { distance })).toThrow(OptionError);
    expect(() => drawn(1, { distance })).toThrow(`distance: ${distance} given`);
  });
});

describe('the task', () => {
  const make = (settings: Record<string, number>) => taskNamed('agreement').make({ seed: 3, sequences: 50, settings });

  test('asks for the next word at every step of a sentence, and for nothing after its end', () => {
    const task = make({});
    expect(task.steps).toBe(24);
    expect(task.output).toEqual({ classes: 59, names: agreementWords });
    for (const { words, answers } of wordSequences(task, task.batch(0))) {
      const end = words.indexOf('.');
      const whole = end < 0 ? [...words, answers.at(-1)!] : words.slice(0, end + 1);
      expect(whole.join(' ')).toMatch(sentence);
      expect(answers).toEqual(words.map((_, t) => (t + 1 < whole.length ? whole[t + 1] : undefined)));
      expect(words.slice(whole.length).every((word) => word === '<pad>')).toBe(true);
    }
  });

  test.each([
    [{ modifiers: 0 }, 4],
    [{ modifiers: 2 }, 14],
    [{ distance: 0 }, 4],
    [{ distance: 50 }, 54],
  ])('is as long as the longest sentence of its settings: %o, %i steps', (settings, steps) => {
    const task = make(settings);
    expect(task.steps).toBe(steps);
    const longest = Math.max(...wordSequences(task, task.heldOut(2000)).map(({ answers }) => answers.filter((answer) => answer !== undefined).length));
    expect(longest).toBe(steps);
  });

  test('reads its settings: attractors, modifiers, distance', () => {
    const oppositeAt50 = make({ distance: 50, attractors: 2 });
    for (const { words } of wordSequences(oppositeAt50, oppositeAt50.batch(0))) {
      const number = numberOf(words[1]);
      expect(verbNumber(words[52])).toBe(number);
      expect(between({ words, verb: 52 } as unknown as Sentence).every((other) => other !== number)).toBe(true);
    }
    expect(() => make({ distance: 2 })).toThrow('distance: 2 given; no modifier has fewer than 3 words');
    expect(() => make({ distance: 5, modifiers: 1 })).toThrow('modifiers and distance are both chosen');
  });
});

describe('errors of agreement', () => {
  const sets = agreementSets({ count: 40 });
  /** Logits of a model that scores words by a rule of its own at every step. */
  const logits = ({ tokens: { shape, data } }: AgreementSet, score: (read: string[], word: string) => number) => {
    const [steps, count] = shape;
    const scores = new Float32Array(steps * count * 59);
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < count; b++) {
        const read = Array.from({ length: t + 1 }, (_, s) => agreementWords[data[s * count + b]]);
        agreementWords.forEach((word, v) => (scores[(t * count + b) * 59 + v] = score(read, word)));
      }
    }
    return { shape: [1, steps, count, 59], data: scores };
  };
  const errorRate = (set: AgreementSet, score: (read: string[], word: string) => number) => agreementErrorRate(verbLogOdds(set, logits(set, score))[0]);
  const isVerb = (word: string) => verbForms.includes(word);

  test('are told of nine sets: 0 to 4 modifiers, of the same number and of the opposite', () => {
    expect(sets.map(({ plan }) => `${plan.modifiers} ${plan.attractors}`)).toEqual(['0 same', '1 same', '1 opposite', '2 same', '2 opposite', '3 same', '3 opposite', '4 same', '4 opposite']);
    for (const { plan, sentences, tokens, lengths, distance } of sets) {
      expect(sentences.map(({ number }) => number)).toEqual(sentences.map((_, b) => b % 2));
      expect(distance).toBeCloseTo(sentences.reduce((sum, { verb }) => sum + verb - 2, 0) / sentences.length, 12);
      sentences.forEach((each, b) => {
        expect(modifiersOf(each).length).toBe(plan.modifiers);
        expect(lengths[b]).toBe(each.verb);
        const row = Array.from({ length: tokens.shape[0] }, (_, t) => agreementWords[tokens.data[t * 40 + b]]);
        expect(row).toEqual([...each.words.slice(0, each.verb), ...Array(tokens.shape[0] - each.verb).fill('<pad>')]);
      });
    }
    expect(agreementSets({ count: 40 })).toEqual(sets);
    expect(agreementSet({ modifiers: 2, attractors: 'same' }, { seed: 8, count: 40 })).not.toEqual(sets[3]);
  });

  test('are none for who remembers the first noun, all for who does the opposite, and none for who cannot tell', () => {
    for (const set of sets) {
      expect(errorRate(set, ([, noun], word) => (isVerb(word) && verbNumber(word) === numberOf(noun) ? 0.01 : 0))).toBe(0);
      expect(errorRate(set, ([, noun], word) => (isVerb(word) && verbNumber(word) === numberOf(noun) ? -0.01 : 0))).toBe(1);
      expect(errorRate(set, () => 3)).toBe(0);
      expect(errorRate(set, () => NaN)).toBe(1);
    }
  });

  test('show who listens to the last noun: right where it misleads nobody, wrong where it does', () => {
    const lastNoun = (read: string[], word: string) => (isVerb(word) && verbNumber(word) === numberOf(read.findLast((other) => nounPairs.includes(other) || pronouns.includes(other))!) ? 1 : 0);
    for (const set of sets) expect(errorRate(set, lastNoun)).toBe(set.plan.attractors === 'same' ? 0 : 1);
  });

  test('are told model by model, and only for logits of the set', () => {
    const [set] = sets;
    const right = logits(set, ([, noun], word) => (isVerb(word) && verbNumber(word) === numberOf(noun) ? 2 : 0));
    const both = { shape: [2, ...right.shape.slice(1)], data: Float32Array.from([...right.data, ...right.data.map((score) => -score)]) };
    expect(verbLogOdds(set, both).map((odds) => Array.from(odds))).toEqual([Array(40).fill(2), Array(40).fill(-2)]);
    expect(() => verbLogOdds(set, { ...right, shape: [1, 3, 40, 59] })).toThrow(ShapeError);
    expect(() => agreementSet({ attractors: 'same' }, { count: 0 })).toThrow('count: 0 given');
  });
});
