import { describe, expect, test } from 'vitest';
import { atDistance, distanceOf, FARTHEST, fillerWords, NEAREST } from '../../src/lesson/filler';

const sentence = 'The cat that we saw yesterday was happy'.split(' ');
const distances = Array.from({ length: FARTHEST - NEAREST + 1 }, (_, k) => NEAREST + k);

describe('the words between subject and verb', () => {
  test('are as many as asked for, at every distance', () => {
    for (const distance of distances) expect(fillerWords(distance)).toHaveLength(distance);
  });

  test('begin as the lesson\'s sentence does, and repeat no clause', () => {
    expect(atDistance(sentence, NEAREST)).toEqual(sentence);
    const clauses = fillerWords(FARTHEST).slice(4).join(' ').match(/(\S+ ){3}\S+/g)!;
    expect(new Set(clauses).size).toBe((FARTHEST - 4) / 4);
  });

  test('tell their own number, whatever stands around them', () => {
    for (const distance of distances) {
      const stretched = atDistance(['A', 'dog', ...sentence.slice(2)], distance)!;
      expect(distanceOf(stretched)).toBe(distance);
      expect([...stretched.slice(0, 2), ...stretched.slice(-2)]).toEqual(['A', 'dog', 'was', 'happy']);
    }
  });

  test('are not taken for those of another sentence', () => {
    expect(distanceOf('The cat that we saw today was happy'.split(' '))).toBeUndefined();
    expect(distanceOf([])).toBeUndefined();
    expect(atDistance(['The', 'cat', 'was', 'happy'], 10)).toBeUndefined();
  });
});
