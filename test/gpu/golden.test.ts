// Rung 4 against rung 3's files: recurrent cases in both forms, and training, within what each file allows kernels whose
// activations are good to 1e-6.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index';
import type { Bench } from '../golden/bench';
import { isCase, parseCase } from '../golden/golden_case';
import { gpuPieces } from '../golden/gpu_pieces';
import { isRecurrent } from '../golden/recurrent_case';
import { formsOf, unsupportedReason } from '../golden/run_case';
import { judge } from '../golden/verdict';

const texts = import.meta.glob<string>('../fixtures/golden/*.json', { query: '?raw', import: 'default', eager: true });
const files = import.meta.glob<string>('../fixtures/golden/*.safetensors', { query: '?url', import: 'default', eager: true });
const supported = Object.entries(texts)
  .map(([file, text]) => parseCase(text, file))
  .filter(isCase)
  .filter((each) => unsupportedReason(each) === undefined);

let bench: Bench;
beforeAll(async () => {
  const engine = await createEngine({ device: 'gpu' });
  const file = async (name: string) => new Uint8Array(await (await fetch(files[`../fixtures/golden/${name}`])).arrayBuffer());
  bench = { engine, pieces: await gpuPieces(), file };
});
afterAll(() => bench.engine.release());

test('the golden set has 41 recurrent cases, and 16 of training and of its parts', () => {
  expect(supported.filter(({ kind }) => isRecurrent(kind)).length).toBe(41);
  expect(supported.filter(({ kind }) => ['lm_train', 'optim_direct', 'clip_grad_norm', 'xent', 'charlm', 'safetensors'].includes(kind)).length).toBe(16);
});

const runs = supported.flatMap((each) => (formsOf(each.kind).length ? formsOf(each.kind) : [undefined]).map((form) => [`${each.name}${form ? ` in the ${form} form` : ''}`, each, form] as const));

describe('on the GPU', () => {
  test.each(runs)('%s comes out as PyTorch wrote it', async (_, each, form) => {
    const { status, tensors, reason } = await judge(bench, each, false, form);
    expect({ status, reason, failed: tensors.filter((tensor) => tensor.status !== 'pass') }).toEqual({ status: 'pass', reason: undefined, failed: [] });
  });
});
