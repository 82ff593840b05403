import { expect, test } from 'vitest';
import { agreementWords } from '../../src/engine';
import { agreeingWords, LEAST_WORDS, MOST_WORDS } from '../../src/lesson/agreeing_words';

const distances = Array.from({ length: MOST_WORDS - LEAST_WORDS + 1 }, (_, k) => LEAST_WORDS + k);

test('there are exactly so many words between the noun and its verb, at every distance', () => {
  for (const distance of distances) expect(agreeingWords('cat', distance)).toHaveLength(distance + 2);
});

test('every word is one that the trained networks know', () => {
  for (const distance of distances) expect(agreeingWords('cats', distance).filter((word) => !agreementWords.includes(word))).toEqual([]);
});

test('only the noun differs between the two', () => {
  for (const distance of distances) {
    const [one, other] = [agreeingWords('cat', distance), agreeingWords('cats', distance)];
    expect(one.flatMap((word, k) => (word === other[k] ? [] : [k]))).toEqual([1]);
  }
});
