// Rung 2 for blocks: what holds for every block there is and for all its options.
import { describe, expect, test } from 'vitest';
import { blockNamed, blocks } from '../../../src/engine/blocks';
import type { BlockOptions } from '../../../src/engine/blocks/block';
import { faultsOf, hasGradient, placeOf, signalWidth, stateBytes, statesOf, type Program } from '../../../src/engine/blocks/program';
import { inSlices, toEnd } from '../../../src/engine/reference/driver';
import { addToOutput, backProgram, emptyParameters, prepareBack, programBytes, readSignal, runProgram, type ProgramRecord } from '../../../src/engine/reference/ops/program';
import { lengthOf, rowAt, rowsOf, type Extent } from '../../../src/engine/reference/ops/run';
import { awkward, back, drawn, drawnPoint, drawnWeighing, gradientsAndDifferences, lossOf, relativeDifference, run, type Point } from '../ops/one_op';

/** Every block with the options that change its program. */
const kinds: readonly (readonly [name: string, options: BlockOptions, inputs: number])[] = [
  ['attention', { norm: 'none', heads: 3 }, 6],
  ['attention', { norm: 'none', heads: 1, bias: false, positions: 'rotary' }, 4],
  ['attention', { heads: 2, positions: 'learned', maxSteps: 9, mlp: 2 }, 6],
  ['attention', { heads: 2, norm: 'rms', positions: 'rotary', mlp: 0, bias: false }, 4],
  ['attention', { norm: 'rms', positions: 'sinusoidal', mlp: 1, activation: 'relu' }, 3],
  ['mamba', { norm: 'none', state: 3, conv: 3, expand: 1, rank: 2, bias: true }, 3],
  ['mamba', { state: 2, convBias: false }, 3],
  ['mamba', { state: 2, norm: 'layer', frozen: true }, 3],
  ['min_gru', { hidden: 5 }, 3],
  ['min_gru', { hidden: 5, norm: 'rms', bias: false }, 3],
  ['min_lstm', { hidden: 2, norm: 'layer' }, 3],
  ['norm', {}, 5],
  ['norm', { kind: 'rms' }, 5],
  ['sdpa', { heads: 2 }, 12],
  ['selective_scan', { state: 3, groups: 2 }, 24],
  ['selective_scan', { state: 3, selection: 'constant', groups: 4, gate: false, skip: false, deltaBias: false, softplus: false }, 8],
];

test('every block is among the kinds', () => {
  expect([...new Set(kinds.map(([name]) => name))].toSorted()).toEqual(blocks.map(({ name }) => name).toSorted());
});

describe.each(kinds.map(([name, options, inputs]) => [`${name} ${JSON.stringify(options)}`, blockNamed(name).program(options, inputs, 'layers[0]')] as const))('%s', (_, program) => {
  test('is a program without faults', () => {
    expect(faultsOf(program)).toEqual([]);
    expect(program.equations.length).toBeGreaterThan(0);
  });

  // A hundredfold of what rounding leaves, and a ten-thousandth of what a wrong sign costs.
  test.each<[string, Extent]>([
    ['from nothing', awkward],
    ['from the states of two steps before', { models: 1, steps: 2, sequences: 2, first: 2 }],
  ])('its gradients are central differences of its loss, %s', (_what, extent) => {
    const point = drawnPoint(program, extent);
    avoidKinks(program, point);
    for (const { name, found, expected } of gradientsAndDifferences(program, extent, point)) expect(relativeDifference(found, expected), name).toBeLessThan(1e-8);
  });

  test('losses that go back side by side tell of the input what each tells alone', () => {
    const point = drawnPoint(program, awkward);
    avoidKinks(program, point);
    const record = run(program, awkward, point);
    const each = 3;
    const losses = Array.from({ length: each }, (_loss, j) => drawn(record.tensors.get(program.output)!.length, 'R', j));
    const alone = losses.map((d_y) => back(program, record, point, { d_y, d_final: new Map() }).gradient);
    const beside = prepareBack(program, point.parameters, record, new Map(), new Map(), each);
    const rowByRow = (values: readonly Float64Array[], width: number) => Float64Array.from({ length: each * values[0].length }, (_entry, i) => values[Math.floor(i / width) % each][Math.floor(i / width / each) * width + (i % width)]);
    addToOutput(program, awkward, beside.result, rowByRow(losses, placeOf(program, program.output).row));
    const together = toEnd(beside.carryOut());
    for (const { name } of program.tensors) expect(relativeDifference(together.tensors.get(name)!, rowByRow(alone.map(({ tensors }) => tensors.get(name)!), placeOf(program, name).row)), name).toBeLessThan(1e-13);
    for (const { name, width } of statesOf(program).filter(({ grows }) => !grows)) expect(relativeDifference(together.initial.get(name)!, rowByRow(alone.map(({ initial }) => initial.get(name)!), width)), name).toBeLessThan(1e-13);
  });

  test('word by word it is what it is all at once, states and all', () => {
    const extent: Extent = { models: 2, steps: 7, sequences: 3, first: 0 };
    const point = drawnPoint(program, extent);
    const whole = run(program, extent, point);
    let states: ReadonlyMap<string, Float64Array> = point.initial;
    for (let t = 0; t < extent.steps; t++) {
      const step = run(program, { ...extent, steps: 1, first: t }, { ...point, x: stepOf(program, point.x, extent, t), initial: new Map(states) });
      states = step.final;
      for (const { name } of program.tensors) {
        const of = stepOf(program, whole.tensors.get(name)!, extent, t, name);
        expect(relativeDifference(step.tensors.get(name)!, of), `${name} at step ${t}`).toBeLessThan(1e-13);
      }
    }
    for (const { name } of statesOf(program)) expect(relativeDifference(states.get(name)!, whole.final.get(name)!), name).toBeLessThan(1e-13);
  });

  test('no step sees a later one', () => {
    const extent: Extent = { models: 1, steps: 6, sequences: 2, first: 0 };
    const point = drawnPoint(program, extent);
    const before = run(program, extent, point);
    const changed = { ...point, x: point.x.slice() };
    const width = placeOf(program, 'x').row;
    for (let i = rowAt(extent, 0, 4, 0) * width; i < changed.x.length; i++) changed.x[i] = 1e3;
    const after = run(program, extent, changed);
    for (const { name } of program.tensors) {
      const end = rowAt(extent, 0, 4, 0) * placeOf(program, name).row;
      expect(after.tensors.get(name)!.subarray(0, end), name).toEqual(before.tensors.get(name)!.subarray(0, end));
    }
  });

  test('steps past a sequence’s length are 0 in all it makes, feel nothing, and change nothing', () => {
    const point = drawnPoint(program, awkward);
    const clean = run(program, awkward, point);
    const weighing = drawnWeighing(program, clean);
    const garbled: Point = { ...point, x: garbage(program, point.x, 'x') };
    const dirty = run(program, awkward, garbled);
    const of = (record: ProgramRecord, at: Point, d_y: Float64Array) => back(program, record, at, { ...weighing, d_y });
    const expected = of(clean, point, weighing.d_y);
    const found = of(dirty, garbled, garbage(program, weighing.d_y, program.output));
    expect(found).toEqual(expected);
    for (const { name } of program.tensors.slice(1)) {
      expect(dirty.tensors.get(name), name).toEqual(clean.tensors.get(name));
      expect(garbage(program, dirty.tensors.get(name)!, name, 0), name).toEqual(dirty.tensors.get(name));
      expect(garbage(program, found.gradient.tensors.get(name)!, name, 0), `d_${name}`).toEqual(found.gradient.tensors.get(name));
    }
    for (const signal of program.signals.filter(({ name }) => name !== 'x')) {
      expect(toEnd(readSignal(program, point.parameters, dirty, signal)), signal.name).toEqual(toEnd(readSignal(program, point.parameters, clean, signal)));
    }
    expect(dirty.final).toEqual(clean.final);
  });

  test('a bundle’s members are what they would be alone', () => {
    const point = drawnPoint(program, awkward);
    const bundle = run(program, awkward, point);
    const weighing = drawnWeighing(program, bundle);
    const all = back(program, bundle, point, weighing);
    const half = (values: Float64Array, m: number) => values.subarray((m * values.length) / 2, ((m + 1) * values.length) / 2);
    const halves = (values: ReadonlyMap<string, Float64Array>, m: number) => new Map([...values].map(([name, data]) => [name, half(data, m)]));
    for (const m of [0, 1]) {
      const own: Point = { x: half(point.x, m), parameters: halves(point.parameters, m), initial: halves(point.initial, m) };
      const single = run(program, { ...awkward, models: 1 }, own);
      expect(single.tensors).toEqual(halves(bundle.tensors, m));
      const { gradient, parameters } = back(program, single, own, { d_y: half(weighing.d_y, m), d_final: halves(weighing.d_final, m) });
      expect(gradient.tensors).toEqual(halves(all.gradient.tensors, m));
      expect(parameters).toEqual(halves(all.parameters, m));
    }
  });

  test('in slices it gives the same numbers to the last bit, and its memory is what it says', async () => {
    const point = drawnPoint(program, awkward);
    const record = run(program, awkward, point);
    expect(await inSlices(runProgram(program, point.parameters, point.x, awkward, point.initial), undefined, 0.01)).toEqual(record);
    const { d_y, d_final } = drawnWeighing(program, record);
    const backward = () => backProgram(program, point.parameters, record, d_y, d_final, emptyParameters(program, awkward.models));
    expect(await inSlices(backward(), undefined, 0.01)).toEqual(toEnd(backward()));
    const kept = [...record.tensors].filter(([name]) => name !== 'x').concat([...record.final]);
    expect(programBytes(program, awkward)).toBeGreaterThanOrEqual(kept.reduce((sum, [, { byteLength }]) => sum + byteLength, 0));
  });

  test('its signals have the widths declared, and their gradients are what a loss feels of them', () => {
    const extent: Extent = { models: 1, steps: 3, sequences: 2, first: 0 };
    const point = drawnPoint(program, extent);
    const record = run(program, extent, point);
    const weighing = drawnWeighing(program, record);
    const { gradient } = back(program, record, point, weighing);
    for (const signal of program.signals) {
      const values = toEnd(readSignal(program, point.parameters, record, signal))!;
      expect(values.length, signal.name).toBe(6 * signalWidth(program, signal, 3));
      const [least, most] = signal.range === 'unbounded' ? [-Infinity, Infinity] : signal.range;
      expect(values.every((value) => value >= least && value <= most), signal.name).toBe(true);
      expect(toEnd(readSignal(program, point.parameters, record, signal, gradient)) !== undefined, signal.name).toBe(hasGradient(program, signal));
    }
    expect(toEnd(readSignal(program, point.parameters, record, program.signals.find(({ name }) => name === 'y')!, gradient))).toEqual(weighing.d_y);
    expect(Number.isFinite(lossOf(program, record, weighing))).toBe(true);
  });
});

/** Values past a sequence's length replaced. */
function garbage(program: Program, values: Float64Array, name: string, value = 1e6): Float64Array {
  const width = placeOf(program, name).row;
  const copy = values.slice().fill(value);
  for (const { row } of rowsOf(awkward)) copy.set(values.subarray(row * width, (row + 1) * width), row * width);
  expect(lengthOf(awkward, 0)).toBeLessThan(awkward.steps);
  return copy;
}

/** Row t of [M, T, B, width], as [M, 1, B, width]. */
function stepOf(program: Program, values: Float64Array, extent: Extent, t: number, name = 'x'): Float64Array {
  const width = placeOf(program, name).row;
  const step = new Float64Array(values.length / extent.steps);
  for (let m = 0; m < extent.models; m++) {
    const start = rowAt(extent, m, t, 0) * width;
    step.set(values.subarray(start, start + extent.sequences * width), m * extent.sequences * width);
  }
  return step;
}

/** Of a rectified layer, makes every unit clearly on or clearly off: no difference then reaches a kink. */
function avoidKinks(program: Program, { parameters }: Point): void {
  if (!program.steps.some((step) => step.op === 'linear' && step.of === 'relu')) return;
  parameters.get('linear1.bias')!.forEach((_, i, bias) => (bias[i] = i % 2 ? 20 : -20));
}

test('a state’s bytes: a cache grows with every step, a scan’s state does not', () => {
  const program = (name: string, options: BlockOptions) => blockNamed(name).program(options, 64, 'layers[0]');
  const attention = program('attention', { heads: 4 });
  expect([0, 1, 4096].map((steps) => stateBytes(attention, steps))).toEqual([0, 512, 2_097_152]);
  const mamba = program('mamba', { state: 16, conv: 4 });
  expect([1, 4096].map((steps) => stateBytes(mamba, steps))).toEqual([4 * 128 * (16 + 4), 4 * 128 * (16 + 4)]);
  expect(stateBytes(program('min_gru', {}), 1000)).toBe(256);
});

test('attention of 512 steps and a scan of as many need no T × T tensor, and pause again and again', () => {
  const extent: Extent = { models: 1, steps: 512, sequences: 1, first: 0 };
  for (const [name, options] of [['attention', { heads: 2 }], ['mamba', { state: 8 }]] as const) {
    const program = blockNamed(name).program(options, 16, 'layers[0]');
    const { parameters, x } = drawnPoint(program, extent);
    expect(programBytes(program, extent)).toBeLessThan(8 * 512 * 512);
    const record = toEnd(runProgram(program, parameters, x, extent));
    const work = backProgram(program, parameters, record, drawn(record.tensors.get(program.output)!.length, 'R'), new Map(), emptyParameters(program, 1));
    let pauses = 0;
    while (!work.next().done) pauses++;
    expect(pauses, name).toBeGreaterThan(20); // counted, not timed: other programs have their turns here
  }
});
