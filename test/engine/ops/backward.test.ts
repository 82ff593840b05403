// Rung 1 for ops: an op's `backward` is the derivative of its `forward`, at what it reads, its parameters and the states it
// starts from, with sequences of different lengths and several models at once.
import { describe, expect, test } from 'vitest';
import { divided, faultsOf, type Program } from '../../../src/engine/blocks/program';
import { ops } from '../../../src/engine/ops';
import type { Pointwise } from '../../../src/engine/ops/op';
import type { SelectiveScanStep } from '../../../src/engine/ops/selective_scan';
import type { Extent } from '../../../src/engine/reference/ops/run';
import { awkward, gradientsAndDifferences, programOf, relativeDifference, tensor } from './one_op';

const activations: readonly Pointwise[] = ['identity', 'relu', 'gelu', 'silu'];

const scan: SelectiveScanStep = {
  op: 'selective_scan',
  u: 'u',
  delta: 'delta',
  B: { tensor: 'B' },
  C: { tensor: 'C' },
  z: 'z',
  y: 'y',
  A: { plain: 'A' },
  D: 'D',
  deltaBias: 'bias',
  softplus: true,
  h: 'h',
  groups: 2,
  states: 3,
};
const scanInput = divided('x', ['u', 4], ['delta', 4], ['z', 4], ['B', 6], ['C', 6]);

/** Programs of one op, all its options among them. */
const cases: Record<keyof typeof ops, Record<string, Program>> = {
  linear: {
    ...Object.fromEntries(
      activations.map((of) => [`of ${of}`, programOf(tensor('x', 3), [{ op: 'linear', x: 'x', y: 'y', weight: 'w', bias: 'b', of }], [tensor('y', 5)], { w: [5, 3], b: [5] })]),
    ),
    'a part, with a residual': programOf(divided('x', ['n', 3], ['v', 5]), [{ op: 'linear', x: 'n', y: 'y', weight: 'w', plus: 'v' }], [tensor('y', 5)], { w: [5, 3] }),
    'twice the same tensor': programOf(tensor('x', 3), [{ op: 'linear', x: 'x', y: 'y', weight: 'w', plus: 'x' }], [tensor('y', 3)], { w: [3, 3] }),
  },
  norm: {
    layer: programOf(tensor('x', 7), [{ op: 'norm', x: 'x', y: 'y', kind: 'layer', weight: 'w', bias: 'b' }], [tensor('y', 7)], { w: [7], b: [7] }),
    rms: programOf(tensor('x', 7), [{ op: 'norm', x: 'x', y: 'y', kind: 'rms', weight: 'w' }], [tensor('y', 7)], { w: [7] }),
  },
  positions: {
    learned: programOf(tensor('x', 3), [{ op: 'positions', x: 'x', y: 'y', weight: 'w' }], [tensor('y', 3)], { w: [9, 3] }),
    sinusoidal: programOf(tensor('x', 3), [{ op: 'positions', x: 'x', y: 'y' }], [tensor('y', 3)]),
  },
  rotary: { '2 heads': programOf(divided('x', ['q', 8], ['k', 8]), [{ op: 'rotary', x: ['q', 'k'], y: ['p', 'y'], heads: 2 }], [tensor('p', 8), tensor('y', 8)]) },
  attend: { '2 heads': programOf(divided('x', ['q', 6], ['k', 6], ['v', 4]), [{ op: 'attend', q: 'q', k: 'k', v: 'v', y: 'y', heads: 2 }], [tensor('y', 4)]) },
  convolution: Object.fromEntries(
    activations.map((activation) => [
      `then ${activation}`,
      programOf(tensor('x', 3), [{ op: 'convolution', x: 'x', y: 'y', weight: 'w', bias: 'b', activation, window: 'c', taps: 4 }], [tensor('y', 3)], { w: [3, 1, 4], b: [3] }),
    ]),
  ),
  selective_scan: {
    'everything there': scanProgram(scan, scanInput, { A: [4, 3], D: [4], bias: [4] }),
    'step sizes by a product': scanProgram({ ...scan, deltaWeight: 'w' }, divided('x', ['u', 4], ['delta', 2], ['z', 4], ['B', 6], ['C', 6]), { A: [4, 3], D: [4], bias: [4], w: [4, 2] }),
    'A by its logarithm': scanProgram({ ...scan, A: { log: 'A' } }, scanInput, { A: [4, 3], D: [4], bias: [4] }),
    'constant Δ, B and C': scanProgram(
      { ...scan, delta: undefined, B: { parameter: 'B_const' }, C: { parameter: 'C_const' } },
      divided('x', ['u', 4], ['z', 4]),
      { A: [4, 3], D: [4], bias: [4], B_const: [2, 3], C_const: [2, 3] },
    ),
    'B and C of each channel': scanProgram({ ...scan, groups: 4, B: { parameter: 'B_const' }, C: { parameter: 'C_const' } }, divided('x', ['u', 4], ['z', 4], ['delta', 4]), {
      A: [4, 3],
      D: [4],
      bias: [4],
      B_const: [4, 3],
      C_const: [4, 3],
    }),
    'nothing but the recurrence': scanProgram({ ...scan, z: undefined, D: undefined, deltaBias: undefined, softplus: false, groups: 1 }, divided('x', ['u', 4], ['delta', 4], ['B', 3], ['C', 3]), { A: [4, 3] }),
  },
  linear_scan: { plain: programOf(divided('x', ['a', 3], ['b', 3]), [{ op: 'linear_scan', a: 'a', b: 'b', h: 'h' }], [tensor('h', 3)]) },
  gates: {
    min_gru: programOf(
      divided('x', ['z', 3], ['candidate', 3]),
      [
        { op: 'gates', rule: 'min_gru', x: ['z', 'candidate'], y: ['a', 'b'] },
        { op: 'linear_scan', a: 'a', b: 'b', h: 'h' },
      ],
      [tensor('a', 3), tensor('b', 3), tensor('h', 3)],
    ),
    min_lstm: programOf(
      divided('x', ['f', 3], ['i', 3], ['candidate', 3]),
      [
        { op: 'gates', rule: 'min_lstm', x: ['f', 'i', 'candidate'], y: ['a', 'b'] },
        { op: 'linear_scan', a: 'a', b: 'b', h: 'h' },
      ],
      [tensor('a', 3), tensor('b', 3), tensor('h', 3)],
    ),
  },
};

function scanProgram(step: SelectiveScanStep, x: ReturnType<typeof divided>, parameters: Record<string, readonly number[]>): Program {
  const program = programOf(x, [step], [tensor('y', 4)], parameters);
  return { ...program, parameters: program.parameters.map((parameter) => ({ ...parameter, negative: parameter.name === 'A' && 'plain' in step.A })) };
}

describe.each(Object.entries(cases).flatMap(([op, programs]) => Object.entries(programs).map(([what, program]) => [op, what, program] as const)))('%s, %s', (_op, _what, program) => {
  // Within 1e-8 of the largest: four decimals below what a wrong sign or a missing factor costs, three above the differences' error.
  test.each<[string, Extent]>([
    ['sequences of different lengths', awkward],
    ['a run that continues another', { models: 2, steps: 3, sequences: 2, first: 2 }],
    ['one step', { models: 1, steps: 1, sequences: 2, first: 0 }],
  ])('backward is the derivative of forward: %s', (_, extent) => {
    expect(faultsOf(program)).toEqual([]);
    for (const { name, found, expected } of gradientsAndDifferences(program, extent)) expect(relativeDifference(found, expected), name).toBeLessThan(1e-8);
  });
});

test('every op is among the cases', () => {
  expect(Object.keys(cases).toSorted()).toEqual(Object.keys(ops).toSorted());
});
