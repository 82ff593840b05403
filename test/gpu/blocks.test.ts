// Rung 4 for blocks: the kernels of every program say what the float64 reference says, forward and back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockNamed } from '../../src/engine/blocks';
import { statesOf } from '../../src/engine/blocks/program';
import type { BlockOptions } from '../../src/engine/blocks/block';
import type { Extent } from '../../src/engine/reference/ops/run';
import { awkward, back, drawnPoint, drawnWeighing, run } from '../engine/ops/one_op';
import { ProgramOnGpu } from './program_on_gpu';

let onGpu: ProgramOnGpu;
beforeAll(async () => {
  onGpu = await ProgramOnGpu.create();
});
afterAll(() => onGpu.release());

/** 7e-5 of the scale, as for all of the GPU's arithmetic: a bug of those planted below costs a thousand times that. */
const BOUND = 7e-5;

/** The largest difference of each tensor as a part of its scale, where it is over the bound. */
async function outside(options: BlockOptions & { block: string }, inputs: number, extent: Extent): Promise<Record<string, number>> {
  const program = blockNamed(options.block).program({ ...options, block: undefined }, inputs, 'layers[0]');
  const point = drawnPoint(program, extent);
  const growing = new Set(statesOf(program).flatMap(({ name, grows }) => (grows ? [name] : [])));
  const initial = new Map([...point.initial].filter(([name]) => extent.first > 0 || !growing.has(name)));
  const record = run(program, extent, { ...point, initial });
  const { d_y, d_final: given } = drawnWeighing(program, record);
  const d_final = new Map([...given].filter(([name]) => !growing.has(name)));
  const { gradient, parameters } = back(program, record, point, { d_y, d_final });
  const found = await onGpu.run(program, extent, { ...point, initial, d_y, d_final });
  const wrong: Record<string, number> = {};
  const compare = (name: string, values: Float32Array | undefined, exact: ArrayLike<number>, mask: boolean) => {
    const width = exact.length / (extent.models * extent.steps * extent.sequences);
    const exists = (i: number) => !mask || !extent.lengths || Math.floor(i / width / extent.sequences) % extent.steps < extent.lengths[Math.floor(i / width) % extent.sequences];
    let [most, scale] = [values?.length === exact.length ? 0 : Infinity, 1e-30];
    for (let i = 0; i < exact.length; i++) {
      scale = Math.max(scale, Math.abs(exact[i]));
      if (values && exists(i)) most = Math.max(most, Number.isFinite(values[i]) ? Math.abs(values[i] - exact[i]) : Infinity);
    }
    if (!(most <= BOUND * scale)) wrong[name] = most / scale;
  };
  const turned = new Set(program.steps.flatMap((step) => (step.op === 'rotary' ? step.y : [])));
  for (const [name, exact] of record.tensors) compare(name, found.tensors.get(name), exact, true);
  for (const [name, exact] of gradient.tensors) if (!turned.has(name)) compare(`d_${name}`, found.d_tensors.get(name), exact, true);
  for (const [name, exact] of parameters) compare(`d_${name}`, found.d_parameters.get(name), exact, false);
  for (const [name] of initial) {
    if (!growing.has(name)) compare(`${name}_n`, found.final.get(name), record.final.get(name)!, false);
    compare(`d_${name}0`, found.d_initial.get(name), gradient.initial.get(name)!, false);
  }
  return wrong;
}

const long: Extent = { models: 1, steps: 37, sequences: 2, first: 0 };
/** From the states of 5 steps before, not a whole number of tiles. */
const later: Extent = { models: 2, steps: 6, sequences: 3, first: 5, lengths: [6, 2, 5] };

describe('attention', () => {
  test.each([
    ['bare', { norm: 'none', heads: 2 }, 12],
    ['bare, heads of 3', { norm: 'none', heads: 2 }, 6],
    ['heads of 20, wider than a block of quads', { norm: 'none', heads: 1 }, 20],
    ['without biases', { norm: 'none', heads: 1, bias: false }, 5],
    ['a Transformer block', { heads: 2 }, 12],
    ['a Transformer block with RMS norm and ReLU', { heads: 3, norm: 'rms', activation: 'relu' }, 9],
    ['learned positions', { heads: 2, positions: 'learned', maxSteps: 41 }, 6],
    ['sinusoidal positions', { heads: 2, positions: 'sinusoidal' }, 6],
    ['rotary positions', { heads: 2, positions: 'rotary' }, 12],
    ['rotary positions, bare', { heads: 1, positions: 'rotary', norm: 'none' }, 18],
  ] as const)('%s', async (_, options, inputs) => {
    expect(await outside({ block: 'attention', ...options }, inputs, awkward)).toEqual({});
    expect(await outside({ block: 'attention', ...options }, inputs, long)).toEqual({});
    expect(await outside({ block: 'attention', ...options }, inputs, later)).toEqual({});
  });

  test('by itself', async () => {
    expect(await outside({ block: 'sdpa', heads: 2 }, 30, awkward)).toEqual({});
  });
});

test.each(['layer', 'rms'] as const)('a %s norm by itself', async (kind) => {
  expect(await outside({ block: 'norm', kind }, 37, awkward)).toEqual({});
});

describe('Mamba', () => {
  test.each([
    ['bare', { norm: 'none', state: 4 }, 6],
    ['with its norm and residual, 3 states', { state: 3, expand: 3 }, 5],
    ['16 states, two taps, a layer norm, all biases', { conv: 2, norm: 'layer', bias: true, rank: 5 }, 4],
    ['frozen', { frozen: true, state: 5 }, 6],
    ['without the bias of its convolution, more channels than a workgroup has', { convBias: false, state: 2, expand: 9 }, 18],
  ] as const)('%s', async (_, options, inputs) => {
    expect(await outside({ block: 'mamba', ...options }, inputs, awkward)).toEqual({});
    expect(await outside({ block: 'mamba', ...options }, inputs, long)).toEqual({});
  });

  test.each([
    ['by itself', { state: 4 }, 3 * 6 + 8],
    ['two groups of three channels', { state: 3, groups: 2 }, 3 * 6 + 12],
    ['two groups of six channels', { state: 3, groups: 2 }, 3 * 12 + 12],
    ['B and C for each channel, constant', { state: 5, groups: 4, selection: 'constant' }, 12],
    ['no gate, no skip, no bias, no softplus', { state: 2, gate: false, skip: false, deltaBias: false, softplus: false }, 2 * 5 + 4],
  ] as const)('the scan %s', async (_, options, inputs) => {
    expect(await outside({ block: 'selective_scan', ...options }, inputs, awkward)).toEqual({});
    if (!('softplus' in options)) expect(await outside({ block: 'selective_scan', ...options }, inputs, long)).toEqual({}); // without, states grow beyond all bounds
  });
});

describe.each(['min_gru', 'min_lstm'])('%s', (block) => {
  test.each([[{ hidden: 7 }], [{ hidden: 8, norm: 'rms' }]] as const)('%o', async (options) => {
    expect(await outside({ block, ...options }, 5, awkward)).toEqual({});
    expect(await outside({ block, ...options }, 5, long)).toEqual({});
  });
});

// kernels.md's bounds: 10, 16 and 12, of a training step: what the layer reads, forward, backward, and its share of the sums.
test.each([
  ['attention', { norm: 'none', heads: 2 }, 8],
  ['attention', { heads: 2 }, 14],
  ['attention', { heads: 2, positions: 'rotary' }, 14],
  ['attention', { heads: 2, positions: 'learned', maxSteps: 8 }, 16],
  ['mamba', { norm: 'none' }, 11],
  ['mamba', {}, 12],
] as const)('%s %o takes so many dispatches there and back', async (block, options, most) => {
  const program = blockNamed(block).program(options, 8, 'layers[0]');
  const point = drawnPoint(program, awkward);
  const { dispatches } = await onGpu.run(program, awkward, { ...point, initial: new Map(), d_y: new Float64Array(point.x.length) });
  expect(dispatches[0] + dispatches[1]).toBe(most);
});
