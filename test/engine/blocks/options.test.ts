// Bad input: every refusal is an OptionError that names the option, what was given and what is allowed; what is allowed and
// looks dangerous gives the defined value and never something that is not a number.
import { describe, expect, test } from 'vitest';
import { blockNamed } from '../../../src/engine/blocks';
import type { BlockOptions } from '../../../src/engine/blocks/block';
import { checkSteps, checkValues, divided, parameterCount, type Program } from '../../../src/engine/blocks/program';
import { OptionError } from '../../../src/engine/index';
import { randomStream } from '../../../src/engine/math/random';
import { size } from '../../../src/engine/math/tensor';
import type { Extent } from '../../../src/engine/reference/ops/run';
import { back, drawnPoint, drawnWeighing, programOf, run, tensor } from '../ops/one_op';

const program = (name: string, options: BlockOptions, inputs = 8) => blockNamed(name).program(options, inputs, 'layers[2]');

test.each<[string, BlockOptions, number, string, RegExp]>([
  ['attention', { heads: 3 }, 8, 'layers[2].heads', /3 given, which does not divide the width 8; use one of 1, 2, 4, 8/],
  ['attention', { heads: 0 }, 8, 'layers[2].heads', /0 given; it must be a whole number from 1/],
  ['attention', { heads: 1.5 }, 8, 'layers[2].heads', /1\.5 given/],
  ['attention', { heads: '2' }, 8, 'layers[2].heads', /whole number/],
  ['attention', { norm: 'batch' }, 8, 'layers[2].norm', /"batch" given; it must be one of layer, rms, none/],
  ['attention', { norm: 'none', mlp: 4 }, 8, 'layers[2].mlp', /bare attention/],
  ['attention', { heads: 4, positions: 'rotary' }, 12, 'layers[2].positions', /a head of 3 has an odd one left/],
  ['attention', { positions: 'rotary', maxSteps: 8 }, 8, 'layers[2].maxSteps', /these are rotary/],
  ['attention', { positions: 'learned', maxSteps: 0 }, 8, 'layers[2].maxSteps', /from 1/],
  ['attention', { bias: 1 }, 8, 'layers[2].bias', /true or false/],
  ['attention', { state: 16 }, 8, 'layers[2].state', /Attention has no such option; it has heads, norm, mlp/],
  ['mamba', { state: NaN }, 8, 'layers[2].state', /NaN given/],
  ['mamba', { conv: 0 }, 8, 'layers[2].conv', /0 given/],
  ['mamba', { frozen: true, rank: 2 }, 8, 'layers[2].rank', /makes no step sizes/],
  ['mamba', { delta: 0 }, 8, 'layers[2].delta', /0 given; it must be a number above 0 and at most 100/],
  ['mamba', { delta: Infinity }, 8, 'layers[2].delta', /Infinity given/],
  ['mamba', { toString: 1 }, 8, 'layers[2].toString', /no such option/],
  ['min_gru', { hidden: -1 }, 8, 'layers[2].hidden', /-1 given/],
  ['norm', { kind: 'none' }, 8, 'layers[2].kind', /one of layer, rms/],
  ['sdpa', {}, 8, 'layers[2]', /8 inputs are not three of anything/],
  ['sdpa', { heads: 2 }, 9, 'layers[2].heads', /does not divide the width 3/],
  ['selective_scan', { state: 4 }, 8, 'layers[2]', /cannot be 8 inputs/],
  ['selective_scan', { state: 1, groups: 2 }, 13, 'layers[2].groups', /does not divide the width 3/],
])('%s %j of %i inputs is refused', (name, options, inputs, option, message) => {
  const error = refusal(() => program(name, options, inputs));
  expect(error.option).toBe(option);
  expect(error.message).toMatch(message);
  expect(error.message).toContain('layers[2]');
});

test.each([1e-4, 0.05, 30])('a Mamba block whose step size starts at %s has it in every channel: softplus of the bias', (delta) => {
  const bias = program('mamba', { delta }).parameters.find(({ name }) => name === 'mixer.dt_proj.bias')!;
  expect(bias.shape).toEqual([16]);
  const value = bias.start.open(() => 0.5)(3);
  expect(Math.log1p(Math.exp(value)) / delta).toBeCloseTo(1, 10);
  expect(program('mamba', { delta }).steps).toEqual(program('mamba', {}).steps);
});

test('a block there is not is refused with those there are', () => {
  expect(refusal(() => blockNamed('hyena')).message).toBe('There is no block "hyena"; available are attention, mamba, min_gru, min_lstm, norm, sdpa, selective_scan.');
});

function refusal(attempt: () => unknown): OptionError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof OptionError) return error;
    throw error;
  }
  throw new Error('not refused');
}

test('more steps than there are positions are refused, in words that say how many; other positions have no end', () => {
  const learned = program('attention', { positions: 'learned', maxSteps: 16 });
  expect(() => checkSteps(learned, 16, 'layers[2]')).not.toThrow();
  const error = refusal(() => checkSteps(learned, 17, 'layers[2]'));
  expect([error.option, error.message]).toEqual(['steps', expect.stringMatching(/^layers\[2\]: 17 steps given, and it has 16 positions\. Use shorter sequences, maxSteps of at least 17, or rotary/)]);
  for (const positions of ['none', 'sinusoidal', 'rotary']) expect(() => checkSteps(program('attention', { positions }), 1e6, 'layers[2]')).not.toThrow();
});

test('an A that is not negative is refused by name and entry; one by its logarithm cannot be', () => {
  const A = program('selective_scan', { state: 1 }).parameters.find(({ name }) => name === 'A')!;
  expect(() => checkValues(A, [-1, -1e-30], 'layers.2.A')).not.toThrow();
  for (const [bad, said] of [[0, '0'], [0.5, '0.5'], [NaN, 'NaN']] as const) {
    expect(refusal(() => checkValues(A, [-1, bad], 'layers.2.A')).message).toBe(`weights: entry 1 of layers.2.A is ${said}; every entry must be less than 0, or the state would grow without end.`);
  }
  for (const { name, ...parameter } of program('mamba', {}).parameters) expect(() => checkValues({ name, ...parameter }, [1e4, 0, -1e4], name)).not.toThrow();
});

describe('nothing becomes NaN', () => {
  const extent: Extent = { models: 1, steps: 5, sequences: 2, first: 0 };
  /** A run and its gradients with everything it reads multiplied. */
  const numbersOf = (of: Program, factor: number, extentOf: Extent = extent): Float64Array[] => {
    const drawn = drawnPoint(of, extentOf);
    const point = { ...drawn, x: drawn.x.map((value) => factor * value) };
    const record = run(of, extentOf, point);
    const { gradient, parameters } = back(of, record, point, drawnWeighing(of, record));
    return [...record.tensors.values(), ...record.final.values(), ...gradient.tensors.values(), ...gradient.initial.values(), ...parameters.values()];
  };

  test.each([
    ['attention', { norm: 'none', heads: 2 }],
    ['attention', { heads: 2, positions: 'rotary' }],
    ['mamba', { norm: 'none', state: 3 }],
    ['mamba', { state: 3 }],
    ['mamba', { state: 3, frozen: true }],
    ['min_gru', {}],
    ['min_lstm', {}],
    ['norm', {}],
  ] as const)('%s %j of inputs that are 0, or ±10⁴', (name, options) => {
    for (const factor of [0, 1e-30, 1e4]) for (const values of numbersOf(program(name, options), factor)) expect(values.every(Number.isFinite)).toBe(true);
  });

  test('a scan whose softplus would overflow, and one whose exp(Δ·A) is 0', () => {
    const x = divided('x', ['u', 2], ['delta', 2], ['B', 3], ['C', 3]);
    const step = { op: 'selective_scan', u: 'u', delta: 'delta', B: { tensor: 'B' }, C: { tensor: 'C' }, y: 'y', A: { log: 'A' }, softplus: true, h: 'h', groups: 1, states: 3 } as const;
    for (const values of numbersOf(programOf(x, [step], [tensor('y', 2)], { A: [2, 3] }), 1e6)) expect(values.every(Number.isFinite)).toBe(true);
  });

  test('rows that see nothing: a sequence that has ended attends to nothing, and is 0', () => {
    const ended: Extent = { ...extent, lengths: [5, 0] };
    const sdpa = program('sdpa', { heads: 2 }, 12);
    const point = drawnPoint(sdpa, ended);
    const context = run(sdpa, ended, point).tensors.get('context')!;
    for (let t = 0; t < 5; t++) expect(context.slice((2 * t + 1) * 4, (2 * t + 2) * 4)).toEqual(new Float64Array(4));
    for (const values of numbersOf(sdpa, 1, ended)) expect(values.every(Number.isFinite)).toBe(true);
    for (const values of numbersOf(program('mamba', {}), 1, ended)) expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('the start', () => {
  const drawn = (of: Program, name: string) => {
    const { shape, start } = of.parameters.find((parameter) => parameter.name === name)!;
    return Float64Array.from({ length: size(shape) }, (_, i) => i).map(start.open(randomStream(1, name)));
  };
  const within = (values: Float64Array, least: number, most: number) => {
    expect(Math.min(...values)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...values)).toBeLessThanOrEqual(most);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.9 * (most - least)); // of hundreds of draws
  };

  test('of Mamba is the published one', () => {
    const mamba = program('mamba', { state: 4 }, 64);
    const softplus = (value: number) => Math.log1p(Math.exp(value));
    const bias = drawn(mamba, 'mixer.dt_proj.bias');
    const logs = bias.map((value) => Math.log(softplus(value)));
    within(logs, Math.log(0.001) - 1e-9, Math.log(0.1) + 1e-9);
    expect(Math.abs(logs.reduce((sum, value) => sum + value, 0) / logs.length - Math.log(0.01))).toBeLessThan(0.4); // 128 draws: σ/√n = 0.12
    expect(Array.from(drawn(mamba, 'mixer.A_log').slice(4, 8), Math.exp).map((value) => Math.round(1e9 * value) / 1e9)).toEqual([1, 2, 3, 4]);
    expect(new Set(drawn(mamba, 'mixer.D'))).toEqual(new Set([1]));
    within(drawn(mamba, 'mixer.dt_proj.weight'), -0.5, 0.5); // rank 4
    within(drawn(mamba, 'mixer.conv1d.weight'), -0.5, 0.5); // 4 taps
    within(drawn(mamba, 'mixer.in_proj.weight'), -1 / 8, 1 / 8);
    expect(mamba.parameters.map(({ name, shape }) => `${name} ${shape.join('·')}`)).toEqual([
      'norm.weight 64',
      'mixer.in_proj.weight 256·64',
      'mixer.conv1d.weight 128·1·4',
      'mixer.conv1d.bias 128',
      'mixer.x_proj.weight 12·128',
      'mixer.dt_proj.weight 128·4',
      'mixer.dt_proj.bias 128',
      'mixer.A_log 128·4',
      'mixer.D 128',
      'mixer.out_proj.weight 64·128',
    ]);
  });

  test('of attention is PyTorch’s, and so are the names', () => {
    const attention = program('attention', { heads: 4 }, 64);
    within(drawn(attention, 'self_attn.in_proj_weight'), -Math.sqrt(6 / 256), Math.sqrt(6 / 256));
    within(drawn(attention, 'self_attn.out_proj.weight'), -1 / 8, 1 / 8);
    within(drawn(attention, 'linear2.bias'), -1 / 16, 1 / 16);
    for (const name of ['self_attn.in_proj_bias', 'self_attn.out_proj.bias', 'norm1.bias']) expect(new Set(drawn(attention, name))).toEqual(new Set([0]));
    expect(new Set(drawn(attention, 'norm2.weight'))).toEqual(new Set([1]));
    expect(attention.parameters.map(({ name }) => name).toSorted()).toEqual(
      ['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias'].map((name) => `self_attn.${name}`).concat(['linear1', 'linear2', 'norm1', 'norm2'].flatMap((name) => [`${name}.bias`, `${name}.weight`])).toSorted(),
    );
    expect(parameterCount(attention)).toBe(49_984); // of torch.nn.TransformerEncoderLayer(64, 4, 256)
    expect(program('attention', { norm: 'none', heads: 4 }, 64).parameters.map(({ name }) => name)).toEqual(['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']);
  });
});
