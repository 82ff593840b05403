// Rung 3: our equations are everyone's equations. The files were written by PyTorch.
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index';
import { isCase, parseCase } from '../golden/golden_case';
import { recurrentCase } from '../golden/recurrent_case';
import { judge } from '../golden/verdict';

const folder = new URL('../fixtures/golden/', import.meta.url);
const golden = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => parseCase(readFileSync(new URL(file, folder), 'utf8'), file))
  .filter(isCase);
const supported = golden.filter((each) => /^(rnn|lstm|gru)/.test(each.kind) && !('unsupported' in recurrentCase(each)));

test('the golden set has 41 cases, and a cell for each', () => {
  expect(supported.length).toBe(41);
});

test.each(supported.map((each) => [each.name, each] as const))('%s comes out of the reference as PyTorch wrote it', async (_, each) => {
  const engine = await createEngine({ device: 'cpu' });
  const { status, tensors, reason } = await judge(engine, each, false);
  expect({ status, reason, failed: tensors.filter((tensor) => tensor.status !== 'pass') }).toEqual({ status: 'pass', reason: undefined, failed: [] });
  engine.release();
});
