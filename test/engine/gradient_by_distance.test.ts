// Gradient against distance for layers of every kind: a row of the influence matrix, per unit.
import { describe, expect, test } from 'vitest';
import { createEngine, gradientByDistance, influence, layerExperiment, OptionError, ratePerStep, type LayerSpec } from '../../src/engine/index';

const engine = await createEngine({ device: 'cpu' });

const kinds: [string, LayerSpec][] = [
  ['attention', { block: 'attention', norm: 'none', heads: 2 }],
  ['mamba', { block: 'mamba', norm: 'none', state: 4 }],
  ['lstm', { cell: 'lstm', hidden: 8, gateBias: { f: 1 } }],
];

describe.each(kinds)('%s', (_, layer) => {
  test('is a row of the influence matrix, backwards, over the root of the width', async () => {
    const { spec, inputs } = layerExperiment({ layer, drive: 1, inputs: 8, sequences: 2, steps: 12 });
    const tape = await (await engine.model(spec)).run(inputs);
    const told: number[] = [];
    const curve = await gradientByDistance(tape, { sequence: 1, to: 9, back: 6, progress: (fraction) => told.push(fraction) });
    const { values, steps } = await influence(tape, { sequence: 1 });
    expect(curve.length).toBe(7);
    curve.forEach((value, k) => expect(value).toBeCloseTo(Math.log10(values[9 * steps + 9 - k] / Math.sqrt(8)), 10));
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const both = await gradientByDistance(tape);
    const alone = await Promise.all([0, 1].map((sequence) => gradientByDistance(tape, { sequence })));
    both.forEach((value, k) => expect(value).toBeCloseTo((alone[0][k] + alone[1][k]) / 2, 12));
  });
});

// What the lesson says at the start, before any training: a state fades by a factor at each step, attention reaches everything
// at once, each of T steps getting about its T-th part.
test('attention does not fade with distance, Mamba by a factor at each step', async () => {
  const curveOf = async (layer: LayerSpec) => {
    const { spec, inputs } = layerExperiment({ layer, drive: 1, inputs: 32, sequences: 2, steps: 100 });
    return gradientByDistance(await (await engine.model(spec)).run(inputs));
  };
  const [attention, mamba] = [await curveOf({ block: 'attention', norm: 'none', heads: 2 }), await curveOf({ block: 'mamba', norm: 'none', state: 8 })];
  expect(Math.abs(ratePerStep(attention, 1, 90) - 1)).toBeLessThan(0.01);
  expect(Math.abs(10 ** attention[50] * 100 - 10 ** attention[5] * 100)).toBeLessThan(0.5);
  expect(ratePerStep(mamba, 10, 90)).toBeLessThan(0.99);
  expect(mamba[90]).toBeLessThan(attention[90] - 1);
});

test('can be called off', async () => {
  const { spec, inputs } = layerExperiment({ layer: kinds[0][1], drive: 1, inputs: 8, sequences: 1, steps: 20 });
  const tape = await (await engine.model(spec)).run(inputs);
  const stop = new AbortController();
  const measuring = gradientByDistance(tape, { abort: stop.signal });
  stop.abort(new Error('enough'));
  await expect(measuring).rejects.toThrow('enough');
});

test('what cannot be is refused with the range there is', async () => {
  const { spec, inputs } = layerExperiment({ layer: kinds[0][1], drive: 1, inputs: 8, sequences: 1, steps: 5 });
  const tape = await (await engine.model(spec)).run(inputs);
  await expect(gradientByDistance(tape, { to: 5 })).rejects.toThrow(/to: 5 given.*0 to 4/);
  await expect(gradientByDistance(tape, { back: 5 })).rejects.toThrow(/back: 5 given.*0 to 4/);
  expect(() => layerExperiment({ layer: kinds[0][1], drive: -1 })).toThrow(OptionError);
});
