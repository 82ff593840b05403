import { describe } from 'vitest';
import { createEngine } from '../../src/engine/index';
import { trainingClaims } from '../engine/training/claims';

describe('the GPU', () => {
  // float32: a sum in another order is off by 1e-7 of its terms, which Adam's division by their size can make 1e-4 of a weight.
  trainingClaims(() => createEngine({ device: 'gpu' }), 1e-4);
});

describe('the reference, in the page’s worker', () => {
  trainingClaims(() => createEngine({ device: 'cpu' }), 1e-6);
});
