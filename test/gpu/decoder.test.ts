// Decoding on the GPU, where states stay on it: the claims of either engine, and that nothing is made in the steady state.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDecoder, createEngine, type Engine } from '../../src/engine/index';
import { decoderClaims } from '../engine/decoder_claims';
import { countGpuCalls } from './gpu_calls';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
});
afterAll(() => engine.release());

decoderClaims(() => engine, 7e-5);

test('a step makes nothing, and reads its output alone', async () => {
  using model = await engine.model({ input: { size: 4 }, layers: [{ cell: 'lstm', hidden: 6 }, { block: 'attention', heads: 2 }, { block: 'mamba', state: 3 }] });
  using decoder = await createDecoder(model);
  const read = () => decoder.read({ x: { shape: [1, 1, 4], data: Float32Array.of(1, -1, 0.5, 0) } });
  await read();
  await read();
  const calls = await countGpuCalls(async () => {
    for (let t = 0; t < 5; t++) await read();
  });
  expect({ ...calls, dispatches: 0 }).toEqual({ made: [], passes: 2 * 5, submits: 2 * 5, dispatches: 0, maps: 5 });
});

test('memory that is kept goes with the decoder, and with its model', async () => {
  const model = await engine.model({ input: { size: 4 }, layers: [{ block: 'attention' }] });
  const decoder = await createDecoder(model);
  await decoder.read({ x: { shape: [1, 1, 4], data: Float32Array.of(1, 2, 3, 4) } });
  model.release();
  await expect(decoder.read({ x: { shape: [1, 1, 4], data: Float32Array.of(1, 2, 3, 4) } })).rejects.toThrow(/model.*released/i);
});
