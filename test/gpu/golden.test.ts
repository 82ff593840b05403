// Rung 4 against rung 3's files: both recurrent forms, within what each file allows kernels whose activations are good to 1e-6.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type RecurrentForm } from '../../src/engine/index';
import type { Bench } from '../golden/bench';
import { isCase, parseCase } from '../golden/golden_case';
import { gpuPieces } from '../golden/gpu_pieces';
import { formsOf, unsupportedReason } from '../golden/run_case';
import { judge } from '../golden/verdict';

const texts = import.meta.glob<string>('../fixtures/golden/*.json', { query: '?raw', import: 'default', eager: true });
const files = import.meta.glob<string>('../fixtures/golden/*.safetensors', { query: '?url', import: 'default', eager: true });
const supported = Object.entries(texts)
  .map(([file, text]) => parseCase(text, file))
  .filter(isCase)
  .filter((each) => unsupportedReason(each) === undefined);
const runs = supported.flatMap((each) => {
  const forms: readonly (RecurrentForm | undefined)[] = formsOf(each.kind).length ? formsOf(each.kind) : [undefined];
  return forms.map((form) => [form ? `${each.name} in the ${form} form` : each.name, each, form] as const);
});

let bench: Bench;
let release: () => void;
beforeAll(async () => {
  const [engine, pieces] = await Promise.all([createEngine({ device: 'gpu' }), gpuPieces()]);
  const file = async (name: string) => new Uint8Array(await (await fetch(files[`../fixtures/golden/${name}`])).arrayBuffer());
  bench = { engine, pieces, file };
  release = () => {
    engine.release();
    pieces.release();
  };
});
afterAll(() => release());

test('of the golden set all 71 cases are run, 43 of them in both forms', () => {
  expect(supported.length).toBe(71);
  expect(runs.length).toBe(114);
});

describe('as PyTorch wrote it comes out', () => {
  test.each(runs)('%s', async (_, each, form) => {
    const { status, tensors, reason } = await judge(bench, each, false, form);
    expect({ status, reason, failed: tensors.filter((tensor) => tensor.status !== 'pass') }).toEqual({ status: 'pass', reason: undefined, failed: [] });
  });
});
