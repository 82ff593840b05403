// Rung 3: our equations are everyone's equations. The files were written by PyTorch.
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index';
import type { Bench } from '../golden/bench';
import { isCase, parseCase } from '../golden/golden_case';
import { referencePieces } from '../golden/reference_pieces';
import { unsupportedReason } from '../golden/run_case';
import { judge } from '../golden/verdict';

const folder = new URL('../fixtures/golden/', import.meta.url);
const golden = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => parseCase(readFileSync(new URL(file, folder), 'utf8'), file))
  .filter(isCase);
test('all 71 cases of the golden set are run', () => {
  expect(golden.filter((each) => unsupportedReason(each) !== undefined)).toEqual([]);
  expect(golden.length).toBe(71);
});

test.each(golden.map((each) => [each.name, each] as const))('%s comes out of the reference as PyTorch wrote it', async (_, each) => {
  const engine = await createEngine({ device: 'cpu' });
  const bench: Bench = { engine, pieces: referencePieces, file: async (name) => readFileSync(new URL(name, folder)) };
  const { status, tensors, reason } = await judge(bench, each, false);
  expect({ status, reason, failed: tensors.filter((tensor) => tensor.status !== 'pass') }).toEqual({ status: 'pass', reason: undefined, failed: [] });
  engine.release();
});
