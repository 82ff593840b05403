// Rung 4 against rung 3's files: both recurrent forms, within what each file allows kernels whose activations are good to 1e-6.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index';
import type { Bench } from '../golden/bench';
import { goldenCases, goldenFile, goldenRuns } from '../golden/golden_set';
import { gpuPieces } from '../golden/gpu_pieces';
import { judge } from '../golden/verdict';

const runs = goldenRuns.map(({ golden, form }) => [form ? `${golden.name} in the ${form} form` : golden.name, golden, form] as const);

let bench: Bench;
let release: () => void;
beforeAll(async () => {
  const [engine, pieces] = await Promise.all([createEngine({ device: 'gpu' }), gpuPieces()]);
  bench = { engine, pieces, file: goldenFile };
  release = () => {
    engine.release();
    pieces.release();
  };
});
afterAll(() => release());

test('of the golden set all 71 cases are run, 43 of them in both forms', () => {
  expect(goldenCases.length).toBe(71);
  expect(runs.length).toBe(114);
});

describe('as PyTorch wrote it comes out', () => {
  test.each(runs)('%s', async (_, each, form) => {
    const { status, tensors, reason } = await judge(bench, each, false, form);
    expect({ status, reason, failed: tensors.filter((tensor) => tensor.status !== 'pass') }).toEqual({ status: 'pass', reason: undefined, failed: [] });
  });
});
