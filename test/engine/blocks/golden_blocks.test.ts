// Rung 3 for blocks: our equations are PyTorch's, and those of the published Mamba.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blockNamed } from '../../../src/engine/blocks';
import { statesOf, type Program } from '../../../src/engine/blocks/program';
import type { Tensor } from '../../../src/engine/index';
import { toEnd } from '../../../src/engine/reference/driver';
import { backProgram, emptyParameters, readSignal, runProgram } from '../../../src/engine/reference/ops/program';
import { isCase, parseCase, type GoldenCase } from '../../golden/golden_case';
import { blockCase, blockOutputs, isBlockCase, type BlockRun } from '../../golden/block_case';

const casesIn = (folder: URL) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => parseCase(readFileSync(new URL(file, folder), 'utf8'), file))
    .filter(isCase)
    .filter(isBlockCase);
const cases = casesIn(new URL('../../fixtures/golden/', import.meta.url));
/** Written by golden/write.py, with PyTorch too: what the golden set does not have. */
const others = casesIn(new URL('golden/', import.meta.url));

/** A case run by the float64 reference. */
function referenceRun(golden: GoldenCase, change: (program: Program) => Program = (program) => program): BlockRun {
  const { block, options, parameters: given, x, states, d_y, d_states } = blockCase(golden);
  const program = change(blockNamed(block).program(options, x.shape[2], 'layers[0]'));
  const [steps, sequences] = x.shape;
  const extent = { models: 1, steps, sequences, first: 0 };
  const parameters = new Map(program.parameters.map(({ name }) => [name, Float32Array.from(given[name].data)]));
  const wide = (tensors: Readonly<Record<string, Tensor>>) => new Map(Object.entries(tensors).map(([name, { data }]) => [name, Float64Array.from(data)]));
  const record = toEnd(runProgram(program, parameters, Float64Array.from(x.data), extent, wide(states)));
  const d_parameters = emptyParameters(program, 1);
  const gradient = toEnd(backProgram(program, parameters, record, d_y.data, wide(d_states), d_parameters));
  const signal = (name: string, of?: typeof gradient) => {
    const data = toEnd(readSignal(program, parameters, record, program.signals.find((each) => each.name === name)!, of))!;
    return { shape: [steps, sequences, data.length / (steps * sequences)], data };
  };
  const ofSequences = (data: Float64Array) => ({ shape: [sequences, data.length / sequences], data });
  return {
    signal: async (name) => signal(name),
    d_signal: async (name) => signal(name, gradient),
    final: async (name) => ofSequences(record.final.get(name)!),
    d_initial: async (name) => ofSequences(gradient.initial.get(name)!),
    d_parameter: async (name) => ({ shape: program.parameters.find((parameter) => parameter.name === name)!.shape, data: d_parameters.get(name)! }),
  };
}

/**
 * The tensors outside their bound, by name. The reference is float64 and the files hold float32: half a unit in the last
 * place is 6e-8 of the value, and below 1e-37 float32 is 0.
 */
async function outside(golden: GoldenCase, run: BlockRun): Promise<Record<string, number>> {
  const { groups, tensors, tol } = golden;
  const outputs = await blockOutputs(golden, run);
  const wrong: Record<string, number> = {};
  for (const name of [...groups.expected, ...groups.grads, ...(groups.steps ?? [])]) {
    const bound = Math.max(1.2e-7 * tol[name].scale!, 1e-37);
    const worst = largestDifference(outputs.get(name), tensors[name]);
    if (!(worst <= bound)) wrong[name] = worst / bound;
  }
  return wrong;
}

/** Infinite where there is nothing, another shape, or something that is not a number. */
function largestDifference(found: Tensor | undefined, expected: Tensor): number {
  if (!found || String(found.shape) !== String(expected.shape)) return Infinity;
  const differences = Array.from(expected.data, (value, i) => Math.abs(value - found.data[i]));
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences);
}

test('the golden set has 14 cases of attention and of scans', () => {
  expect(cases.map(({ kind }) => kind).toSorted()).toEqual([...Array(7).fill('mamba_scan'), 'mamba_block', ...Array(4).fill('mha'), ...Array(2).fill('sdpa')].toSorted());
});

test('beside it there are 9, for norms, positions, the hidden layer, the block around Mamba, and the minimal cells', () => {
  expect(others.length).toBe(9);
});

test.each([...cases, ...others].map((each) => [each.name, each] as const))('%s comes out of the reference as it was written, forward and backward', async (_, golden) => {
  expect(await outside(golden, referenceRun(golden))).toEqual({});
});

const named = (name: string) => cases.find((each) => each.name === name)!;

describe('groups of channels with B and C of their own', () => {
  const bnl = named('mamba_scan');
  const [sequences, states, steps] = bnl.tensors.B.shape;
  /** [B, G, N, L] of [B, N, L], each group's numbers multiplied. */
  const grouped = ({ data }: Tensor, factors: readonly number[]): { shape: number[]; data: Float32Array } => {
    const own = (b: number) => Array.from(data).slice(b * states * steps, (b + 1) * states * steps);
    const values = Array.from({ length: sequences }, (_, b) => factors.flatMap((factor) => own(b).map((value) => factor * value)));
    return { shape: [sequences, factors.length, states, steps], data: Float32Array.from(values.flat()) };
  };
  const bgnl = (factors: readonly number[]): GoldenCase => ({
    ...bnl,
    config: { ...bnl.config, bc_layout: 'bgnl', groups: factors.length },
    tensors: { ...bnl.tensors, B: grouped(bnl.tensors.B, factors), C: grouped(bnl.tensors.C, factors.map(() => 1)) },
  });

  test('written twice they are the golden scan, and their gradients add up to its', async () => {
    const twice = bgnl([1, 1]);
    const wrong = await outside(twice, referenceRun(twice));
    expect(Object.keys(wrong).toSorted()).toEqual(['grad.B', 'grad.C']); // which are of another shape now
    const outputs = await blockOutputs(twice, referenceRun(twice));
    for (const name of ['grad.B', 'grad.C']) {
      const { data } = outputs.get(name)!;
      bnl.tensors[name].data.forEach((value, i) => {
        const at = Math.floor(i / (states * steps)) * states * steps + i;
        expect(Math.abs(data[at] + data[at + states * steps] - value)).toBeLessThan(1.2e-7 * bnl.tol[name].scale!);
      });
    }
  });

  test('neighbouring channels share a group: the first half is the golden scan, the half without B has no state', async () => {
    const h = await referenceRun(bgnl([1, 0])).signal('h');
    const expected = bnl.tensors['step.h'];
    const perHalf = (expected.shape[2] / 2) * states;
    expected.data.forEach((value, i) => {
      if (Math.floor(i / perHalf) % 2) expect(h.data[i]).toBe(0);
      else expect(Math.abs(h.data[i] - value)).toBeLessThan(1.2e-7 * bnl.tol['step.h'].scale!);
    });
  });
});

describe('the files would catch', () => {
  test('heads of another number, which is another 1/√d and another softmax', async () => {
    const golden = named('mha');
    const changed = (program: Program): Program => ({ ...program, steps: program.steps.map((step) => (step.op === 'attend' ? { ...step, heads: 2 * step.heads } : step)) });
    expect(Object.keys(await outside({ ...golden, groups: { ...golden.groups, expected: ['y'] } }, referenceRun(golden, changed)))).toContain('y');
  });

  test('a lost gate, a lost skip, a lost softplus', async () => {
    const golden = named('mamba_block');
    for (const change of [{ z: undefined }, { D: undefined }, { softplus: false }]) {
      const changed = (program: Program): Program => ({ ...program, steps: program.steps.map((step) => (step.op === 'selective_scan' ? { ...step, ...change } : step)) });
      expect(Object.keys(await outside(golden, referenceRun(golden, changed)))).toContain('y');
    }
  });
});

test('x_mamba_delta: steps of ±10⁴ leave nothing that is not a number, and the states a decay of exactly 0 or 1', async () => {
  const golden = named('x_mamba_delta');
  const run = referenceRun(golden);
  const decay = await run.signal('decay');
  expect([Math.min(...Array.from(decay.data)), Math.max(...Array.from(decay.data))]).toEqual([0, 1]);
  for (const name of ['y', 'h', 'delta']) expect(Array.from((await run.signal(name)).data).every(Number.isFinite), name).toBe(true);
  expect(statesOf(blockNamed('selective_scan').program(blockCase(golden).options, blockCase(golden).x.shape[2], 'layers[0]')).map(({ name }) => name)).toEqual(['h']);
});
