// Rung 4 against rung 3's files: both recurrent forms, within what each file allows kernels whose activations are good to 1e-6.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index';
import { isCase, parseCase } from '../golden/golden_case';
import { isRecurrent, recurrentCase } from '../golden/recurrent_case';
import { judge } from '../golden/verdict';

const texts = import.meta.glob<string>('../fixtures/golden/*.json', { query: '?raw', import: 'default', eager: true });
const supported = Object.entries(texts)
  .map(([file, text]) => parseCase(text, file))
  .filter(isCase)
  .filter((each) => isRecurrent(each.kind) && !('unsupported' in recurrentCase(each)));

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ device: 'gpu' });
});
afterAll(() => engine.release());

test('the golden set has 41 cases, and a cell for each', () => {
  expect(supported.length).toBe(41);
});

describe.each(['step', 'persistent'] as const)('the %s form', (form) => {
  test.each(supported.map((each) => [each.name, each] as const))('%s comes out as PyTorch wrote it', async (_, each) => {
    const { status, tensors, reason } = await judge(engine, each, false, form);
    expect({ status, reason, failed: tensors.filter((tensor) => tensor.status !== 'pass') }).toEqual({ status: 'pass', reason: undefined, failed: [] });
  });
});
