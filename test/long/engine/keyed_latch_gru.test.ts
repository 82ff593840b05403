import { expect, test } from 'vitest';
import { LONGEST, seedsThatLearn } from './latch_seeds';

test('a GRU whose update bias starts at 3 learns over 100 words, at least 7 of 8 seeds', { timeout: LONGEST }, async () => {
  expect(await seedsThatLearn({ cell: 'gru', gateBias: { z: 3 } }, 100)).toBeGreaterThanOrEqual(7);
});
