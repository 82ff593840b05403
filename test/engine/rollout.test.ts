// What must hold between two runs of the reference, whatever the weights are.
import { describe, expect, test } from 'vitest';
import { cells, createEngine, wordsOf, type Engine, type RunInputs, type SignalPlace, type StateDict, type Tensor } from '../../src/engine/index';
import { drawnInputs, drawnSpec, normal, plain, type CaseShape } from './drawn_case';

const engine: Engine = await createEngine({ device: 'cpu' });
const names = cells.map((cell) => cell.name);

async function run(shape: CaseShape, inputs: RunInputs = drawnInputs(shape), weights?: StateDict) {
  return (await engine.model(drawnSpec(shape), { weights })).run(inputs);
}

/** Rows [T, B, n] of one sequence, up to a length. */
function ofSequence({ shape, data }: Tensor, b: number, length: number): Tensor<number[]> {
  const [, sequences, width] = shape;
  return { shape: [length, 1, width], data: Array.from({ length }, (_, t) => Array.from(data).slice((t * sequences + b) * width, (t * sequences + b + 1) * width)).flat() };
}

async function read(tape: Awaited<ReturnType<typeof run>>, name: string, place?: SignalPlace): Promise<Tensor> {
  const signal = tape.signal(name, place);
  return { shape: signal.shape.slice(1), data: Array.from(await signal.read()) };
}

describe.each(names)('%s', (cell) => {
  const shape: CaseShape = { ...plain, cells: [cell], lengths: [2, 5, 3], initial: true, bidirectional: true };

  test('each sequence of a batch equals itself run alone, in both directions', async () => {
    const inputs = drawnInputs(shape) as { x: Tensor; h0: (Tensor | undefined)[]; c0: (Tensor | undefined)[] };
    const together = await run(shape, inputs as RunInputs);
    for (const [b, length] of shape.lengths!.entries()) {
      const own = (tensors: (Tensor | undefined)[]) => tensors.map((tensor) => tensor && { shape: [2, 1, shape.hidden], data: [...ofSequence(tensor, b, 2).data] });
      const alone = await run({ ...shape, sequences: 1 }, { x: ofSequence(inputs.x, b, length), h0: own(inputs.h0), c0: own(inputs.c0) });
      for (const { name, kind, direction } of alone.signals) {
        const all = await read(together, name, { direction });
        const expected = (await read(alone, name, { direction })).data;
        const rows = kind === 'final state' ? Array.from(all.data).slice(b * all.shape[1], (b + 1) * all.shape[1]) : ofSequence(all, b, length).data;
        expect(rows, name).toEqual(expected);
      }
    }
  });

  test('what lies beyond a sequence’s length reaches nothing, and reads as 0', async () => {
    const inputs = drawnInputs(shape) as { x: Tensor<Float32Array> };
    const garbage = inputs.x.data.map((value, i) => (Math.floor(i / shape.inputs / 3) >= shape.lengths![Math.floor(i / shape.inputs) % 3] ? 1e6 : value));
    const clean = await run(shape, inputs as RunInputs);
    const dirty = await run(shape, { ...inputs, x: { shape: inputs.x.shape, data: garbage } } as RunInputs);
    for (const { name, kind, direction } of clean.signals) {
      const values = await read(dirty, name, { direction });
      expect(values, name).toEqual(await read(clean, name, { direction }));
      if (kind === 'final state') continue;
      const [steps, sequences, width] = values.shape;
      for (let row = 0; row < steps * sequences; row++) {
        if (Math.floor(row / sequences) < shape.lengths![row % sequences]) continue;
        expect(Array.from(values.data).slice(row * width, (row + 1) * width)).toEqual(Array.from({ length: width }, () => 0));
      }
    }
  });

  test('the reverse direction is the forward one on the reversed sequence', async () => {
    const both = await run({ ...shape, lengths: undefined, initial: false });
    const { x } = drawnInputs(shape) as { x: Tensor<Float32Array> };
    const rows = shape.sequences * shape.inputs;
    const reversed = Float32Array.from(x.data, (_, i) => x.data[(shape.steps - 1 - Math.floor(i / rows)) * rows + (i % rows)]);
    const parameters = [...both.model.parameters];
    const weights = Object.fromEntries(parameters.filter(([name]) => name.endsWith('_reverse')).map(([name, tensor]) => [name.replace('_reverse', ''), tensor]));
    const forward = await run({ ...plain, cells: [cell] }, { x: { shape: x.shape, data: reversed } }, weights);
    const h = await read(both, 'h', { direction: 'reverse' });
    const step = shape.sequences * shape.hidden;
    const turned = Array.from(h.data, (_, i) => h.data[(shape.steps - 1 - Math.floor(i / step)) * step + (i % step)]);
    expect(turned).toEqual((await read(forward, 'h')).data);
    expect((await read(both, 'h_n', { direction: 'reverse' })).data).toEqual((await read(forward, 'h_n')).data);
  });

  test('a bundle of seeds is its members, to the last bit', async () => {
    const bundle = await run({ ...shape, models: 3, cells: [cell, cell] });
    for (let m = 0; m < 3; m++) {
      const single = await (await engine.model({ ...drawnSpec({ ...shape, cells: [cell, cell] }), seeds: [shape.seed + m] })).run(drawnInputs({ ...shape, cells: [cell, cell] }));
      for (const { name, layer, direction } of single.signals) {
        const all = await bundle.signal(name, { layer, direction }).read();
        const own = await single.signal(name, { layer, direction }).read();
        expect(all.slice(m * own.length, (m + 1) * own.length), name).toEqual(own);
      }
    }
  });

  test('a layer above reads the directions of the layer below side by side', async () => {
    const stack = await run({ ...shape, cells: [cell, 'gru', cell] });
    for (const layer of [1, 2]) {
      const below = stack.signal('y', { layer: layer - 1 });
      const [forward, reverse] = [await stack.signal('h', { layer: layer - 1 }).read(), await stack.signal('h', { layer: layer - 1, direction: 'reverse' }).read()];
      expect(await stack.signal('x', { layer }).read()).toEqual(await below.read());
      const rows = forward.length / shape.hidden;
      const sideBySide = Array.from({ length: rows }, (_, row) => [forward, reverse].map((h) => [...h.slice(row * shape.hidden, (row + 1) * shape.hidden)])).flat(2);
      expect(Array.from(await below.read())).toEqual(sideBySide);
    }
  });

  test('a layer without bias is one whose biases are 0', async () => {
    const without = await run({ ...shape, bias: false });
    const zeros = Object.fromEntries(['', '_reverse'].flatMap((suffix) => ['bias_ih_l0', 'bias_hh_l0'].map((name) => [name + suffix, { shape: [without.model.parameters.get('weight_ih_l0')!.shape[0]], data: new Float32Array(without.model.parameters.get('weight_ih_l0')!.shape[0]) }])));
    const withZeros = await run(shape, drawnInputs(shape), { ...Object.fromEntries(without.model.parameters), ...zeros });
    expect((await read(without, 'h')).data).toEqual((await read(withZeros, 'h')).data);
  });

  test('a state given as 0 is a state not given, and one given takes part', async () => {
    const inputs = drawnInputs({ ...shape, initial: false });
    const zeros = { shape: [2, 3, shape.hidden], data: new Float32Array(2 * 3 * shape.hidden) };
    const h = (await read(await run(shape, inputs), 'h')).data;
    expect((await read(await run(shape, { ...inputs, h0: zeros }), 'h')).data).toEqual(h);
    expect((await read(await run(shape, { ...inputs, h0: normal(zeros.shape, 3, 'h0') }), 'h')).data).not.toEqual(h);
  });
});

test('a cell state may be given without a hidden state', async () => {
  const inputs = drawnInputs(plain);
  const c0 = normal([1, 3, plain.hidden], 3, 'c0');
  const zeros = { shape: c0.shape, data: new Float32Array(c0.data.length) };
  const alone = await run(plain, { ...inputs, c0 });
  expect((await read(alone, 'h')).data).toEqual((await read(await run(plain, { ...inputs, h0: zeros, c0 }), 'h')).data);
  expect((await read(alone, 'c')).data).not.toEqual((await read(await run(plain, inputs), 'c')).data);
});

test('editing one word changes no other word’s vector', async () => {
  const model = await engine.model({ input: { embedding: 16 }, layers: [{ cell: 'lstm', hidden: 8 }], seed: 1 });
  const one = await model.run({ words: wordsOf('The cat that we saw yesterday was happy') });
  const other = await model.run({ words: wordsOf('The cats that we saw yesterday were happy') });
  const [x, edited] = [await one.signal('x').read(), await other.signal('x').read()];
  const changed = Array.from({ length: 8 }, (_, t) => x.slice(t * 16, (t + 1) * 16).some((value, i) => value !== edited[t * 16 + i]));
  expect(changed).toEqual([false, true, false, false, false, false, true, false]);
});

test('a word’s vector depends on the seed, and has mean 0 and variance 1', async () => {
  const words = Array.from({ length: 400 }, (_, i) => `word${i}`);
  const model = await engine.model({ input: { embedding: 25 }, layers: [{ cell: 'rnn', hidden: 1 }], seeds: [1, 2] });
  const x = await (await model.run({ words })).signal('x').read();
  const [first, second] = [x.slice(0, 10_000), x.slice(10_000)];
  expect(first).not.toEqual(second);
  for (const values of [Array.from(first), Array.from(second)]) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length - mean ** 2;
    // Standard errors of 10,000 normal numbers are 0.010 and 0.014: four of each.
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.057);
  }
});

test('sentences of any lengths make a batch, and tokens read the rows that words do', async () => {
  const vocab = ['a', 'b', 'c'];
  const model = await engine.model({ input: { embedding: 4, vocab }, layers: [{ cell: 'gru', hidden: 3 }] });
  const byWord = await model.run({ words: [['a', 'b', 'c'], ['c']] });
  const byToken = await model.run({ tokens: { shape: [3, 2], data: [0, 2, 1, 0, 2, 0] }, lengths: [3, 1] });
  expect(Array.from(byWord.inputs.lengths!)).toEqual([3, 1]);
  expect(await byWord.signal('h').read()).toEqual(await byToken.signal('h').read());
  expect(await byWord.signal('x').read()).toEqual(await byToken.signal('x').read());
});

test('adding a layer, a direction or a seed changes no weight that was there', async () => {
  const small = await engine.model({ input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 4 }], seed: 7 });
  const large = await engine.model({ input: { size: 3 }, layers: [{ cell: 'lstm', hidden: 4, bidirectional: true }, { cell: 'gru', hidden: 2 }], seeds: [7, 8] });
  for (const [name, { data }] of small.parameters) expect(large.parameters.get(name)!.data.slice(0, data.length)).toEqual(data);
});

test('a gate is the activation of its pre-activation', async () => {
  const tape = await run({ ...plain, cells: ['gru'] });
  const [a_r, r] = [await tape.signal('a_r').read(), await tape.signal('r').read()];
  r.forEach((value, i) => expect(value).toBeCloseTo(1 / (1 + Math.exp(-a_r[i])), 14));
});

test('two thousand words run through an LSTM of 64 units', async () => {
  const model = await engine.model({ input: { embedding: 16 }, layers: [{ cell: 'lstm', hidden: 64 }] });
  const tape = await model.run({ words: Array.from({ length: 2000 }, (_, i) => `w${i % 300}`) });
  expect(await tape.signal('h').extent()).toMatchObject({ finite: true });
});

test('a projected h is w_hr times o ⊙ tanh c, and is what the next step and the next layer read', async () => {
  const shape: CaseShape = { ...plain, cells: ['lstm', 'lstm'], hidden: 7, projection: 3, initial: true };
  const tape = await run(shape);
  const [o, c, h, a_f] = await Promise.all(['o', 'c', 'h', 'a_f'].map((name) => tape.signal(name, { layer: 0 }).read()));
  const [w_ih, w_hh, b_ih, b_hh, w_hr] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'].map((name) => tape.model.parameters.get(`${name}_l0`)!.data);
  const x = await tape.signal('x', { layer: 0 }).read();
  const line = (w: ArrayLike<number>, row: number, v: ArrayLike<number>) => Array.from(v).reduce((sum, value, i) => sum + w[row * v.length + i] * value, 0);
  expect(tape.signal('h', { layer: 0 }).shape).toEqual([1, 5, 3, 3]);
  for (let row = 0; row < 15; row++) {
    const made = Array.from({ length: 7 }, (_, j) => o[row * 7 + j] * Math.tanh(c[row * 7 + j]));
    for (let p = 0; p < 3; p++) expect(h[row * 3 + p]).toBeCloseTo(line(w_hr, p, made), 14);
    const before = row < 3 ? tape.inputs.initial[0][0]!.slice(row * 3, row * 3 + 3) : h.slice((row - 3) * 3, (row - 2) * 3);
    for (let j = 0; j < 7; j++) {
      const total = line(w_ih, 7 + j, x.slice(row * 4, row * 4 + 4)) + line(w_hh, 7 + j, before) + b_ih[7 + j] + b_hh[7 + j];
      expect(a_f[row * 7 + j]).toBeCloseTo(total, 14);
    }
  }
  expect(await tape.signal('x', { layer: 1 }).read()).toEqual(h);
});
