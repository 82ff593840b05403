import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index';
import { claimsOf } from './face_claims';

describe('the reference', () => {
  claimsOf(() => createEngine({ device: 'cpu' }));
});

test('without WebGPU, auto takes the CPU and says why; gpu is refused', async () => {
  const engine = await createEngine();
  expect(engine.kind).toBe('cpu');
  expect(engine.description).toMatch(/^float64 on the CPU\. .*WebGPU/);
  expect(engine.adapter).toBeUndefined();
  await expect(createEngine({ device: 'gpu' })).rejects.toMatchObject({ code: 'no-adapter' });
  await expect(createEngine({ device: 'tpu' as 'gpu' })).rejects.toMatchObject({ code: 'option', message: expect.stringContaining('"tpu"') as string });
  expect((await createEngine({ device: 'cpu' })).description).toBe('float64 on the CPU');
});
