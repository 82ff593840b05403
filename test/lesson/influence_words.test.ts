import { describe, expect, test } from 'vitest';
import { endsOf, farthestFelt, pairsOf } from '../../src/lesson/influence_words';

const matrix = (words: string[], ...log10: number[]) => ({ words, influence: { steps: words.length, log10: Float64Array.from(log10) } });
const none = -Infinity;

test('the scale holds all matrices, between powers of ten, and takes no notice of zeros', () => {
  expect(endsOf([matrix(['a', 'b'], 0.2, none, -3.4, 0.1), matrix(['a', 'b'], -1, none, -8.1, 0)])).toEqual({ min: 1e-9, max: 10 });
  expect(endsOf([matrix(['a'], none)])).toEqual({ min: undefined, max: undefined });
  expect(endsOf([matrix(['a'], 0)])).toEqual({ min: 0.1, max: 1 });
  expect(endsOf([matrix(['a'], -3000)]).min).toBe(1e-300);
});

describe('the farthest pair', () => {
  test('is told for all networks, with the number of words in between', () => {
    const one = matrix(['The', 'cat', 'was'], 0, none, none, -1, 0, none, -2, -1, 0.3);
    const other = matrix(['The', 'cat', 'was'], 0, none, none, -1, 0, none, -9.3, -1, 0.6);
    expect(farthestFelt([one, other], ['the LSTM', 'attention'])).toBe('Of ‘The’, 2 words back, ‘was’ feels in the LSTM 0.01, attention 5.0e−10; of its own vector, in the LSTM 2, attention 4.');
  });

  test('is none in a text of one word, or where networks read different ones', () => {
    expect(farthestFelt([matrix(['a'], 0)], ['x'])).toBe('');
    expect(farthestFelt([matrix(['a', 'b'], 0, none, 0, 0), matrix(['a'], 0)], ['x', 'y'])).toBe('');
  });
});

test('pairs grow with the square', () => {
  expect(pairsOf('The cat that we saw yesterday was happy')).toBe('Your sentence of 8 words is 36 pairs to compare; one of 16 would be 136, and one of 1,000 words 500,500.');
  expect(pairsOf('Yes')).toMatch(/^Your sentence of 1 word is 1 pair to compare; one of 2 would be 3,/);
  expect(pairsOf(' ')).toBe('');
});
