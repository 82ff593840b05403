import { describe } from 'vitest';
import { createEngine } from '../../src/engine/index';
import { claimsOf } from '../engine/face_claims';

describe('the GPU engine', () => {
  claimsOf(() => createEngine({ device: 'gpu' }));
});

// Its loops run in the page's worker here, in place in Node: the promises are the same.
describe('the reference in a page', () => {
  claimsOf(() => createEngine({ device: 'cpu' }));
});
