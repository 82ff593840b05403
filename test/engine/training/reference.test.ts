import { describe } from 'vitest';
import { createEngine } from '../../../src/engine/index';
import { trainingClaims } from './claims';

describe('the reference', () => {
  // Snapshots are float32: 6e-8 of a number, and what a few updates make of it.
  trainingClaims(() => createEngine({ device: 'cpu' }), 1e-6);
});
