import { expect, test } from 'vitest';
import { LONGEST, seedsThatLearn } from './latch_seeds';

const orthogonal = { cell: 'rnn', start: 'orthogonal' } as const;

test('a plain RNN with orthogonal weights learns over 10 words, at least 7 of 8 seeds', { timeout: LONGEST }, async () => {
  expect(await seedsThatLearn(orthogonal, 10)).toBeGreaterThanOrEqual(7);
});

test('and not over 20, more than 1 of 8', { timeout: LONGEST }, async () => {
  expect(await seedsThatLearn(orthogonal, 20)).toBeLessThanOrEqual(1);
});
