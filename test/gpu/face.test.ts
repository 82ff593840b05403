import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index';
import { claimsOf } from '../engine/face_claims';

describe('the GPU engine', () => {
  claimsOf(() => createEngine({ device: 'gpu' }));

  test('names a layer that there are no kernels for yet, and where it runs', async () => {
    using engine = await createEngine({ device: 'gpu' });
    await expect(engine.model({ input: { size: 4 }, layers: [{ cell: 'gru', hidden: 4 }, { block: 'mamba' }] })).rejects.toMatchObject({ name: 'OptionError', message: expect.stringMatching(/^layers\[1\]: Mamba .*device: 'cpu'/) as string });
  });
});

// Its loops run in the page's worker here, in place in Node: the promises are the same.
describe('the reference in a page', () => {
  claimsOf(() => createEngine({ device: 'cpu' }));
});
