// Rung 2: backpropagation through time is the derivative of the rollout, for every weight, input and initial state. The
// rollout is run with weights of float64, so that central differences of 1e-5 say eight digits of every derivative.
import { describe, expect, test } from 'vitest';
import { cells, createEngine, isRecurrent, recurrentLayer, type Cotangents, type Loss, type ModelSpec, type RunInputs, type Tape, type Tensor } from '../../src/engine/index';
import type { Inputs } from '../../src/engine/model/inputs';
import type { Parameters } from '../../src/engine/model/parameters';
import type { ModelShape } from '../../src/engine/model/spec';
import { backward } from '../../src/engine/reference/backward';
import { inSlices, toEnd } from '../../src/engine/reference/driver';
import { rollout } from '../../src/engine/reference/rollout';
import { directionRecords, layerInput, lengthOf, type RolloutRecord } from '../../src/engine/reference/rollout_record';
import { checkedLoss } from '../../src/engine/model/loss';
import { differences, expectClose } from './differences';
import { drawnInputs, drawnSpec, normal, plain, projectionOf, type CaseShape } from './drawn_case';

const engine = await createEngine({ device: 'cpu' });
const names = cells.map(({ name }) => name);
const small: CaseShape = { ...plain, steps: 3, sequences: 2, inputs: 2, hidden: 3, initial: true };

/** The rollout reads numbers and does not ask how wide they are. */
type Wide = { parameters: Map<string, { shape: readonly number[]; data: Float64Array }>; inputs: Inputs };

function widened(parameters: Parameters, inputs: Inputs): Wide {
  const wide = (values: Float32Array) => Float64Array.from(values) as unknown as Float32Array;
  const source = inputs.source.kind === 'vectors' ? { ...inputs.source, x: wide(inputs.source.x) } : inputs.source;
  return {
    parameters: new Map([...parameters].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }])),
    inputs: { ...inputs, source, initial: inputs.initial.map((states) => states.map((state) => state && wide(state))) },
  };
}

/** [M] of a loss, written out from the record of a run. */
type LossOf = (model: ModelShape, inputs: Inputs, record: RolloutRecord, parameters: Wide['parameters']) => number[];

const sumOf = (values: ArrayLike<number>, factors: ArrayLike<number>, at: number) => {
  let sum = 0;
  for (let i = 0; i < factors.length; i++) sum += values[at + i] * factors[i];
  return sum;
};

/** sum(y·R) + sum(h_n·S) + sum(c_n·Q). */
const cotangentLoss =
  ({ d_y, d_h_n, d_c_n }: Cotangents): LossOf =>
  ({ layers, seeds }, inputs, record) =>
    seeds.map((_, m) => {
      const last = layers[layers.length - 1];
      const y = new Float64Array(last.directions * last.width);
      const output = layerInput({ layers, seeds } as ModelShape, inputs, record, layers.length);
      let loss = 0;
      for (let b = 0; b < inputs.sequences; b++) {
        for (let t = 0; t < lengthOf(inputs, b); t++) {
          output(m, t, b, y);
          if (d_y) loss += sumOf(d_y.data, y, (t * inputs.sequences + b) * y.length);
        }
        [d_h_n, d_c_n].forEach((given, s) => {
          let row = 0;
          layers.filter(isRecurrent).forEach(({ hidden, width, directions }, k) => {
            for (let d = 0; d < directions; d++, row++) {
              const states = s === 0 ? width : hidden;
              const end = d === 0 ? lengthOf(inputs, b) - 1 : 0;
              const at = ((m * inputs.steps + end) * inputs.sequences + b) * states;
              if (given) loss += sumOf(given.data, directionRecords(record, k)[d].states[s].subarray(at, at + states), (row * inputs.sequences + b) * states);
            }
          });
        });
      }
      return loss;
    });

/** −log of the softmax of the head's scores, as the definition has it. */
const crossEntropyLoss =
  (steps: readonly number[]): LossOf =>
  (model, inputs, record, parameters) => {
    if (inputs.source.kind !== 'rows') throw new Error('reads no tokens');
    const { tokens } = inputs.source;
    const { layers, seeds, classes } = model;
    const width = layers[layers.length - 1].width;
    const [weight, bias] = [parameters.get('head.weight')!.data, parameters.get('head.bias')!.data];
    const output = layerInput(model, inputs, record, layers.length);
    const y = new Float64Array(width);
    return seeds.map((_, m) => {
      const terms: number[] = [];
      for (const t of steps) {
        for (let b = 0; b < inputs.sequences; b++) {
          if (t + 1 >= lengthOf(inputs, b)) continue;
          output(m, t, b, y);
          const scores = Array.from({ length: classes! }, (_score, k) => Math.exp(bias[m * classes! + k] + sumOf(weight, y, (m * classes! + k) * width)));
          terms.push(-Math.log(scores[tokens[(t + 1) * inputs.sequences + b]] / scores.reduce((sum, score) => sum + score, 0)));
        }
      }
      return terms.reduce((sum, term) => sum + term, 0) / terms.length;
    });
  };

async function run(spec: ModelSpec, inputs: RunInputs): Promise<Tape> {
  return (await engine.model(spec)).run(inputs);
}

async function expectGradients(tape: Tape, loss: Loss, lossOf: LossOf): Promise<void> {
  const { shape, parameters } = tape.model;
  const models = shape.seeds.length;
  await tape.backward(loss);
  const wide = widened(parameters, tape.inputs);
  const again = () => lossOf(shape, wide.inputs, toEnd(rollout(shape, wide.parameters as unknown as Parameters, wide.inputs)), wide.parameters);
  const gradients = await tape.gradients();
  expect([...gradients.keys()]).toEqual([...parameters.keys()]);
  for (const [name, { shape: size, data }] of wide.parameters) {
    expect(gradients.get(name)!.shape, name).toEqual(size);
    if (name !== 'embedding.weight') expectClose(gradients.get(name)!.data, differences(data, models, true, again), name);
  }
  // One input and one initial state for all models: what differences see is the sum of the models' gradients.
  const summed = (values: ArrayLike<number>) => Float64Array.from({ length: values.length / models }, (_, i) => Array.from({ length: models }, (_model, m) => values[(m * values.length) / models + i]).reduce((sum, value) => sum + value, 0));
  if (wide.inputs.source.kind === 'vectors') {
    expectClose(summed(await tape.signal('d_x', { layer: 0 }).read()), differences(wide.inputs.source.x as unknown as Float64Array, models, false, again), 'd_x');
  } else {
    const table = { ...wide.inputs.source, table: Float64Array.from(wide.inputs.source.table) as unknown as Float32Array };
    wide.inputs = { ...wide.inputs, source: table };
    expectClose(gradients.get('embedding.weight')!.data, differences(table.table as unknown as Float64Array, models, true, again), 'embedding.weight');
  }
  for (const [k, { cell, directions }] of shape.layers.filter(isRecurrent).entries()) {
    for (const [s, { name }] of cell.states.entries()) {
      const given = wide.inputs.initial[k][s] as unknown as Float64Array | undefined;
      if (!given) continue;
      const ofDirections = await Promise.all((['forward', 'reverse'] as const).slice(0, directions).map((direction) => tape.signal(`d_${name}0`, { layer: k, direction }).read()));
      expectClose(ofDirections.flatMap((values) => [...summed(values)]), differences(given, models, false, again), `d_${name}0 of layer ${k}`);
    }
  }
}

function cotangents(shape: CaseShape, parts: readonly Exclude<keyof Cotangents, 'd_states'>[] = ['d_y', 'd_h_n', 'd_c_n']): Cotangents {
  const { cells: [cell], steps, sequences, hidden, bidirectional } = shape;
  const directions = bidirectional ? 2 : 1;
  const width = projectionOf(cell, shape) ?? hidden;
  const rows = directions * shape.cells.length;
  const all: Record<(typeof parts)[number], Tensor | undefined> = {
    d_y: normal([steps, sequences, directions * width], shape.seed, 'R'),
    d_h_n: normal([rows, sequences, width], shape.seed, 'S'),
    d_c_n: cells.find(({ name }) => name === cell)!.states.length > 1 ? normal([rows, sequences, hidden], shape.seed, 'Q') : undefined,
  };
  return Object.fromEntries(parts.filter((part) => all[part]).map((part) => [part, all[part]]));
}

const options: [string, Partial<CaseShape>][] = [
  ['one layer', {}],
  ['without bias or initial state', { bias: false, initial: false }],
  ['in both directions', { bidirectional: true, steps: 4 }],
  ['with sequences of different lengths', { bidirectional: true, sequences: 3, steps: 4, lengths: [2, 4, 1] }],
  ['projected', { hidden: 4, projection: 2 }],
  ['as a bundle', { models: 2 }],
];

describe.each(names)('%s', (cell) => {
  const shape: CaseShape = { ...small, cells: [cell] };

  test.each(options)('every derivative, %s', async (_, option) => {
    const drawn = { ...shape, ...option };
    const loss = cotangents(drawn);
    await expectGradients(await run(drawnSpec(drawn), drawnInputs(drawn)), loss, cotangentLoss(loss));
  });

  test('every derivative of a stack with all options together', { timeout: 60_000 }, async () => {
    const drawn: CaseShape = { ...shape, cells: [cell, cell], hidden: 3, projection: 2, bidirectional: true, lengths: [2, 3], models: 2 };
    const loss = cotangents(drawn);
    await expectGradients(await run(drawnSpec(drawn), drawnInputs(drawn)), loss, cotangentLoss(loss));
  });

  test('the final states alone, and the output alone', async () => {
    for (const parts of [['d_y'], ['d_h_n'], ['d_c_n']] as const) {
      const drawn = { ...shape, bidirectional: true, lengths: [3, 1] };
      const loss = cotangents(drawn, parts);
      if (Object.keys(loss).length) await expectGradients(await run(drawnSpec(drawn), drawnInputs(drawn)), loss, cotangentLoss(loss));
    }
  });

  test('next-token cross-entropy, through head and embedding', async () => {
    const spec = { input: { embedding: 2, vocab: 5 }, layers: [{ cell, hidden: 3 }, { cell, hidden: 4, projection: projectionOf(cell, { ...shape, projection: 3 }) }], output: { classes: 6 }, seeds: [1, 2] };
    const tape = await run(spec, { tokens: { shape: [4, 2], data: [0, 3, 1, 1, 4, 2, 1, 0] }, lengths: [4, 2] });
    for (const [nextToken, steps] of [['all', [0, 1, 2]], [[1], [1]], [[2, 0, 2], [0, 2]]] as const) {
      const naive = crossEntropyLoss(steps);
      await expectGradients(tape, { nextToken }, naive);
      const wide = widened(tape.model.parameters, tape.inputs);
      const expected = naive(tape.model.shape, wide.inputs, toEnd(rollout(tape.model.shape, tape.model.parameters, tape.inputs)), wide.parameters);
      const found = (await tape.backward({ nextToken }))!;
      expect(found.length).toBe(2);
      found.forEach((value, m) => expect(Math.abs(value - expected[m])).toBeLessThan(1e-14));
    }
  });

  test('one unit at one step: its own derivatives, in any layer, direction and sequence', async () => {
    const drawn: CaseShape = { ...shape, cells: [cell, cell], bidirectional: true, lengths: [2, 3], models: 2 };
    const tape = await run(drawnSpec(drawn), drawnInputs(drawn));
    for (const place of [{ unit: 2, step: 1 }, { unit: 0, step: 1, layer: 0, direction: 'reverse', sequence: 1 }] as const) {
      const { layer = 1, sequence = 0, unit, step } = place;
      const d = 'direction' in place ? 1 : 0;
      const lossOf: LossOf = ({ seeds, layers }, { steps, sequences }, record) => seeds.map((_, m) => directionRecords(record, layer)[d].states[0][((m * steps + step) * sequences + sequence) * layers[layer].width + unit]);
      expect(await tape.backward(place)).toBeUndefined();
      if (layer === 0) for (const { name, kind } of tape.signals.filter((signal) => signal.layer === 1)) if (kind === 'gradient') expect(await tape.signal(name).extent()).toEqual({ largest: 0, smallest: 0, finite: true });
      await expectGradients(tape, place, lossOf);
    }
  });

  test('d_h is what a run from that step on feels of its start, and the step’s own output', async () => {
    const drawn: CaseShape = { ...shape, steps: 5, projection: 2 };
    const given = drawnInputs(drawn) as { x: Tensor<Float32Array> };
    const loss = cotangents(drawn);
    const whole = await run(drawnSpec(drawn), drawnInputs(drawn));
    await whole.backward(loss);
    const cut = 2;
    const stepBefore = (values: ArrayLike<number>, width: number) => Array.from(values).slice((cut - 1) * drawn.sequences * width, cut * drawn.sequences * width);
    const after = ({ shape: [steps, ...others], data }: Tensor) => ({ shape: [steps - cut, ...others], data: Array.from(data).slice((cut * data.length) / steps) });
    const before: Record<string, Tensor> = {};
    for (const { name } of recurrentLayer(whole.model.shape, 0, 'a test of cells').cell.states) {
      const width = whole.signal(name).shape[3];
      before[`${name}0`] = { shape: [1, drawn.sequences, width], data: stepBefore(await whole.signal(name).read(), width) };
    }
    const rest = await whole.model.run({ x: after(given.x), ...before });
    await rest.backward({ ...loss, d_y: after(loss.d_y!) });
    // What reaches h from there on, and its own part of the output; the states passed through float32 on their way.
    const width = whole.signal('h').shape[3];
    const arriving = stepBefore(loss.d_y!.data, width);
    const expected = Array.from(await rest.signal('d_h0').read(), (value, i) => value + arriving[i]);
    stepBefore(await whole.signal('d_h').read(), width).forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-6));
  });

  test('nothing flows at padding, whatever the cotangents hold there, and nothing depends on it', async () => {
    const drawn: CaseShape = { ...shape, bidirectional: true, sequences: 3, steps: 4, lengths: [2, 4, 1] };
    const loss = cotangents(drawn);
    const width = loss.d_y!.shape[2];
    const exists = (i: number) => Math.floor(i / width / 3) < drawn.lengths![Math.floor(i / width) % 3];
    const garbage = { ...loss, d_y: { shape: loss.d_y!.shape, data: Array.from(loss.d_y!.data, (value, i) => (exists(i) ? value : 1e6)) } };
    const [clean, dirty] = [await run(drawnSpec(drawn), drawnInputs(drawn)), await run(drawnSpec(drawn), drawnInputs(drawn))];
    await clean.backward(loss);
    await dirty.backward(garbage);
    expect(await dirty.gradients()).toEqual(await clean.gradients());
    for (const { name, kind, direction } of clean.signals) {
      const values = await dirty.signal(name, { direction }).read();
      expect(values, name).toEqual(await clean.signal(name, { direction }).read());
      const rows = values.length / 12;
      if (kind === 'gradient') values.forEach((value, i) => Math.floor(i / rows / 3) >= drawn.lengths![Math.floor(i / rows) % 3] && expect(value, name).toBe(0));
    }
  });

  test('a bundle’s gradients are its members’, to the last bit', async () => {
    const drawn: CaseShape = { ...shape, cells: [cell, cell], projection: 2, bidirectional: true, lengths: [2, 3], models: 3 };
    const loss = cotangents(drawn);
    const bundle = await run(drawnSpec(drawn), drawnInputs(drawn));
    await bundle.backward(loss);
    const all = await bundle.gradients();
    for (let m = 0; m < 3; m++) {
      const single = await run({ ...drawnSpec(drawn), seeds: [drawn.seed + m] }, drawnInputs(drawn));
      await single.backward(loss);
      const own = (values: ArrayLike<number>, count: number) => Array.from(values).slice(m * count, (m + 1) * count);
      for (const [name, { data }] of await single.gradients()) expect(own(all.get(name)!.data, data.length), name).toEqual(Array.from(data));
      for (const { name, layer, direction } of single.signals) {
        const values = await single.signal(name, { layer, direction }).read();
        expect(own(await bundle.signal(name, { layer, direction }).read(), values.length), name).toEqual(Array.from(values));
      }
    }
  });

  test('in slices it gives the same numbers to the last bit', async () => {
    const drawn: CaseShape = { ...shape, cells: [cell, cell], bidirectional: true, lengths: [2, 3] };
    const tape = await run(drawnSpec(drawn), drawnInputs(drawn));
    const { shape: model, parameters } = tape.model;
    const record = toEnd(rollout(model, parameters, tape.inputs));
    const work = () => backward(model, parameters, tape.inputs, record, checkedLoss(model, tape.inputs, cotangents(drawn)));
    expect(await inSlices(work(), undefined, 0.01)).toEqual(toEnd(work()));
  });
});

test('cross-entropy of scores too large for an exponential is finite, and its gradient is softmax less one-hot', async () => {
  const spec = { input: { embedding: 2, vocab: 3 }, layers: [{ cell: 'rnn', hidden: 2 }], output: { classes: 3 } };
  const { parameters } = await engine.model(spec);
  const weights = { ...Object.fromEntries(parameters), 'head.bias': { shape: [3], data: [1e4, -1e4, 1e4] } };
  const tape = await (await engine.model(spec, { weights })).run({ tokens: { shape: [2, 1], data: [0, 1] } });
  const [loss] = (await tape.backward({ nextToken: 'all' }))!;
  expect(loss).toBeGreaterThan(1.9e4);
  const bias = (await tape.gradients()).get('head.bias')!.data;
  expect(bias[1]).toBe(-1);
  expect(bias[0] + bias[2]).toBeCloseTo(1, 14);
});

test('rows of the embedding that no step read have gradient 0, and those read twice both parts', async () => {
  const tape = await run({ input: { embedding: 3, vocab: 4 }, layers: [{ cell: 'gru', hidden: 2 }] }, { tokens: { shape: [3, 1], data: [2, 0, 2] } });
  await tape.backward({ unit: 1, step: 2 });
  const d_x = await tape.signal('d_x').read();
  const { data } = (await tape.gradients()).get('embedding.weight')!;
  expect(Array.from(data)).toEqual([...d_x.slice(3, 6), 0, 0, 0, d_x[0] + d_x[6], d_x[1] + d_x[7], d_x[2] + d_x[8], 0, 0, 0]);
});
