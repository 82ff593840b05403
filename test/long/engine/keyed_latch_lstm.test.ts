import { expect, test } from 'vitest';
import { LONGEST, seedsThatLearn } from './latch_seeds';

test('an LSTM whose forget bias starts at 3 learns over 50 words, at least 7 of 8 seeds', { timeout: LONGEST }, async () => {
  expect(await seedsThatLearn({ cell: 'lstm', gateBias: { f: 3 } }, 50)).toBeGreaterThanOrEqual(7);
});
