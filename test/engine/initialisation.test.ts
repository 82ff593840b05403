import { describe, expect, test } from 'vitest';
import { cells, createEngine, initialWeights, OptionError, starts, type LayerSpec, type ModelSpec, type StartName } from '../../src/engine';
import { fingerprint } from './fingerprint';

const one = (layer: LayerSpec, seed = 1): ModelSpec => ({ input: { size: 6 }, layers: [layer], seed });
const weights = (layer: LayerSpec, seed = 1) => initialWeights(one(layer, seed));
const values = (layer: LayerSpec, name: string, seed = 1): number[] => Array.from(weights(layer, seed)[name].data);
const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const deviation = (numbers: readonly number[]) => Math.sqrt(mean(numbers.map((n) => n ** 2)) - mean(numbers) ** 2);
/** Gate g's rows of a parameter of one layer of H units. */
const block = (all: readonly number[], g: number, gates: number) => all.slice((g * all.length) / gates, ((g + 1) * all.length) / gates);

describe('the default start', () => {
  // Written by the code before there were named starts: a link made then must open the same network.
  const before: [string, ModelSpec][] = [
    ['1f11995e', { input: { size: 5 }, layers: [{ cell: 'rnn', hidden: 7 }], seed: 3 }],
    ['c4e851a6', { input: { embedding: 6, vocab: 9 }, layers: [{ cell: 'lstm', hidden: 8, gain: 1.7, gateBias: { f: 1 } }], output: { classes: 4 }, seed: 1 }],
    [
      '092ffab1',
      {
        input: { size: 3 },
        layers: [{ cell: 'gru', hidden: 4, bidirectional: true }, { cell: 'lstm_peephole', hidden: 6, projection: 3 }, { cell: 'rnn_relu', hidden: 3, bias: false, gain: 0.5 }],
        output: { values: 2 },
        seeds: [0, 5],
      },
    ],
  ];
  test.each(before)('is what it was, to the last bit: %s', (expected, spec) => {
    expect(fingerprint(initialWeights(spec))).toBe(expected);
  });

  test('is uniform within 1/√H, for weights and biases', () => {
    for (const name of ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0']) {
      const all = values({ cell: 'lstm', hidden: 100 }, name);
      expect(Math.max(...all.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
      expect(Math.abs(deviation(all) / (0.1 / Math.sqrt(3)) - 1)).toBeLessThan(0.1); // 400 numbers and more: 5 % in two standard errors
    }
  });
});

test.each(starts.map(({ name }) => name))('a bundle of models started by %s starts as its members alone', (start) => {
  const layer: LayerSpec = { cell: 'rnn', hidden: 5, start, gain: 1.5 };
  const both = initialWeights({ ...one(layer), seeds: [3, 8] });
  for (const [name, { data }] of Object.entries(both)) {
    const alone = [3, 8].flatMap((seed) => values(layer, name, seed));
    expect(Array.from(data)).toEqual(alone);
    if (!name.startsWith('weight')) continue;
    if (start !== 'identity' || name === 'weight_ih_l0') expect(alone.slice(0, alone.length / 2)).not.toEqual(alone.slice(alone.length / 2));
  }
});

describe('orthogonal', () => {
  // float32 entries: each product of two of n rounded rows errs by less than √n · 2⁻²⁴ · gain².
  const expectOrthonormalColumns = (matrix: readonly number[], rows: number, columns: number, gain: number) => {
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < columns; j++) {
        let product = 0;
        for (let r = 0; r < rows; r++) product += matrix[r * columns + i] * matrix[r * columns + j];
        expect(Math.abs(product - (i === j ? gain ** 2 : 0))).toBeLessThan(1e-6 * gain ** 2);
      }
    }
  };

  test.each(cells.map(({ name, gates }) => [name, gates.length] as const))('makes the recurrent block of each gate of %s orthogonal, times the gain', (cell, gates) => {
    const all = values({ cell, hidden: 9, start: 'orthogonal', gain: 1.3 }, 'weight_hh_l0');
    const blocks = Array.from({ length: gates }, (_, g) => block(all, g, gates));
    for (const matrix of blocks) expectOrthonormalColumns(matrix, 9, 9, 1.3);
    expect(new Set(blocks.map((matrix) => matrix[0])).size).toBe(gates);
  });

  test('has orthonormal columns where h is projected', () => {
    const all = values({ cell: 'lstm', hidden: 9, projection: 4, start: 'orthogonal' }, 'weight_hh_l0');
    for (let g = 0; g < 4; g++) expectOrthonormalColumns(block(all, g, 4), 9, 4, 1);
  });

  test('draws each direction and layer apart, and leaves input weights and biases as PyTorch has them', () => {
    const spec = (start: StartName): ModelSpec => ({ input: { size: 4 }, layers: [{ cell: 'rnn', hidden: 4, bidirectional: true, start }, { cell: 'rnn', hidden: 4, start }] });
    const [orthogonal, plain] = [initialWeights(spec('orthogonal')), initialWeights(spec('pytorch'))];
    const recurrent = Object.keys(orthogonal).filter((name) => name.startsWith('weight_hh'));
    expect(new Set(recurrent.map((name) => orthogonal[name].data[0])).size).toBe(3);
    for (const name of Object.keys(plain)) if (!recurrent.includes(name)) expect(orthogonal[name]).toEqual(plain[name]);
  });
});

test('xavier is uniform within √(6/(columns + rows)) of a gate’s block, with biases 0 and the gain on recurrent weights', () => {
  const layer: LayerSpec = { cell: 'gru', hidden: 50, start: 'xavier', gain: 2 };
  for (const [name, reach] of [['weight_ih_l0', Math.sqrt(6 / 56)], ['weight_hh_l0', 2 * Math.sqrt(6 / 100)]] as const) {
    const all = values(layer, name);
    const largest = Math.max(...all.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(Math.fround(reach));
    expect(largest).toBeGreaterThan(0.98 * reach);
    expect(Math.abs(deviation(all) / (reach / Math.sqrt(3)) - 1)).toBeLessThan(0.06); // 900 numbers: 3 % in two standard errors
  }
  for (const name of ['bias_ih_l0', 'bias_hh_l0']) expect(new Set(values(layer, name))).toEqual(new Set([0]));
  expect(values({ ...layer, gateBias: { z: 1 } }, 'bias_ih_l0').slice(50, 100)).toEqual(Array(50).fill(1));
});

test('identity keeps: U is the identity times the gain, biases are 0, input weights small and normal', () => {
  const layer: LayerSpec = { cell: 'rnn_relu', hidden: 64, start: 'identity', gain: 0.5 };
  expect(values(layer, 'weight_hh_l0')).toEqual(Array.from({ length: 64 * 64 }, (_, i) => (i % 65 === 0 ? 0.5 : 0)));
  for (const name of ['bias_ih_l0', 'bias_hh_l0']) expect(new Set(values(layer, name))).toEqual(new Set([0]));
  const input = values(layer, 'weight_ih_l0');
  expect(Math.abs(deviation(input) / 0.001 - 1)).toBeLessThan(0.1); // 384 numbers: 7 % in two standard errors
  expect(Math.max(...input.map(Math.abs)) / 0.001).toBeGreaterThan(2.2); // normal, not uniform, which would end at 1.7
  expect(values({ ...layer, inputScale: 0.002 }, 'weight_ih_l0')).toEqual(input.map((value) => expect.closeTo(2 * value, 9)));
});

describe('chrono', () => {
  const layer: LayerSpec = { cell: 'lstm', hidden: 400, chrono: 202 };
  const biases = (given: LayerSpec, name = 'bias_ih_l0') => values(given, name);

  test('spreads the spans that forget gates keep over, evenly from 1 to T − 1', () => {
    const spans = block(biases(layer), 1, 4).map(Math.exp);
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...spans)).toBeLessThanOrEqual(201 * (1 + 1e-6));
    expect(Math.abs(mean(spans) - 101)).toBeLessThan(9); // standard error 200/√(12·400) = 2.9
    expect(Math.abs(deviation(spans) / (200 / Math.sqrt(12)) - 1)).toBeLessThan(0.07);
  });

  test('closes each unit’s input gate as far as it opens its forget gate, and leaves the others', () => {
    const [all, plain] = [biases(layer), biases({ cell: 'lstm', hidden: 400 })];
    expect(block(all, 0, 4)).toEqual(block(all, 1, 4).map((bias) => -bias));
    for (const g of [2, 3]) expect(block(all, g, 4)).toEqual(block(plain, g, 4));
    const recurrent = biases(layer, 'bias_hh_l0');
    for (const g of [0, 1]) expect(new Set(block(recurrent, g, 4))).toEqual(new Set([0]));
  });

  test('is the update gate’s in a GRU', () => {
    const z = block(biases({ cell: 'gru', hidden: 500, chrono: 50 }), 1, 3).map(Math.exp);
    expect(Math.abs(mean(z) - 25)).toBeLessThan(2); // standard error 48/√(12·500) = 0.6
    expect(block(biases({ cell: 'gru', hidden: 500, chrono: 50 }), 0, 3)).toEqual(block(biases({ cell: 'gru', hidden: 500 }), 0, 3));
  });

  test('goes with a bias for a gate it says nothing of', () => {
    expect(new Set(block(biases({ ...layer, gateBias: { o: 2 } }), 3, 4))).toEqual(new Set([2]));
  });
});

describe('one bias a gate', () => {
  test('b_hh starts at 0 and b_ih as ever', () => {
    for (const cell of ['rnn', 'lstm', 'gru_reset_before']) {
      expect(new Set(values({ cell, hidden: 5, oneBias: true }, 'bias_hh_l0'))).toEqual(new Set([0]));
      expect(values({ cell, hidden: 5, oneBias: true }, 'bias_ih_l0')).toEqual(values({ cell, hidden: 5 }, 'bias_ih_l0'));
    }
  });

  test('but for the GRU’s candidate, whose recurrent bias the reset gate multiplies', () => {
    const [oneBias, plain] = [values({ cell: 'gru', hidden: 5, oneBias: true }, 'bias_hh_l0'), values({ cell: 'gru', hidden: 5 }, 'bias_hh_l0')];
    expect(oneBias.slice(0, 10)).toEqual(Array(10).fill(0));
    expect(oneBias.slice(10)).toEqual(plain.slice(10));
  });
});

test('the embedding starts with the standard deviation asked for, with a vocabulary and without', async () => {
  const embedding = (scale?: number) => Array.from(initialWeights({ input: { embedding: 20, vocab: 50, scale }, layers: [{ cell: 'rnn', hidden: 2 }] })['embedding.weight'].data);
  expect(Math.abs(deviation(embedding()) - 1)).toBeLessThan(0.06); // 1,000 numbers: 4.5 % in two standard errors
  expect(embedding(0.1)).toEqual(embedding().map((value) => expect.closeTo(0.1 * value, 7)));
  using engine = await createEngine({ device: 'cpu' });
  const read = async (scale?: number) => {
    using model = await engine.model({ input: { embedding: 4, scale }, layers: [{ cell: 'rnn', hidden: 2 }] });
    const tape = await model.run({ words: ['one', 'two'] });
    return Array.from(await tape.signal('x').read());
  };
  expect(await read(0.5)).toEqual((await read()).map((value) => 0.5 * value));
});

test('what training was measured with can be had: every start of E2', () => {
  const e2: Record<string, LayerSpec> = {
    rnn: { cell: 'rnn', hidden: 32, oneBias: true },
    rnn_orth: { cell: 'rnn', hidden: 32, oneBias: true, start: 'orthogonal' },
    irnn: { cell: 'rnn_relu', hidden: 32, start: 'identity', inputScale: 0.03 },
    lstm_fb3: { cell: 'lstm', hidden: 32, oneBias: true, gateBias: { f: 3 } },
    lstm_chrono: { cell: 'lstm', hidden: 32, oneBias: true, chrono: 202 },
    gru_zb3: { cell: 'gru', hidden: 32, oneBias: true, gateBias: { z: 3 } },
  };
  for (const layer of Object.values(e2)) expect(Object.values(weights(layer)).flatMap(({ data }) => Array.from(data)).every(Number.isFinite)).toBe(true);
  expect(block(values(e2.gru_zb3, 'bias_ih_l0'), 1, 3)).toEqual(Array(32).fill(3));
});

describe('refuses', () => {
  test.each<[string, LayerSpec | object, string]>([
    ['a start there is not', { cell: 'rnn', start: 'he' }, 'layers[0].start: there is no start "he"; available are pytorch, xavier, orthogonal, identity.'],
    ['the identity for gates', { cell: 'lstm', start: 'identity' }, 'layers[0].start: identity is for cells without gates, and a LSTM has i, f, g, o'],
    ['chrono without a gate that keeps', { cell: 'rnn', chrono: 20 }, 'layers[0].chrono: a RNN has no gate that keeps its state'],
    ['chrono for the LSTM that cannot forget', { cell: 'lstm_nofg', chrono: 20 }, 'has no gate that keeps its state'],
    ['chrono of two steps', { cell: 'lstm', chrono: 2 }, 'layers[0].chrono: 2 given; it must be a number of steps above 2.'],
    ['chrono that is no number', { cell: 'lstm', chrono: NaN }, 'layers[0].chrono: NaN given'],
    ['chrono without biases', { cell: 'lstm', chrono: 20, bias: false }, 'layers[0].chrono: this layer has no biases.'],
    ['one bias where there is none', { cell: 'lstm', oneBias: true, bias: false }, 'layers[0].oneBias: this layer has no biases.'],
    ['two words on one gate', { cell: 'lstm', chrono: 20, gateBias: { i: 1 } }, 'layers[0].gateBias: chrono already says how gate i starts; give one of the two.'],
    ['an input scale below 0', { cell: 'rnn', inputScale: -1 }, 'layers[0].inputScale: -1 given; a standard deviation is a number of at least 0.'],
  ])('%s', (_, layer, message) => {
    const make = () => initialWeights(one({ hidden: 3, ...layer } as LayerSpec));
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  test('an embedding of a scale that is none', () => {
    expect(() => initialWeights({ input: { embedding: 3, scale: Infinity }, layers: [{ cell: 'rnn', hidden: 2 }] })).toThrow('input.scale: Infinity given');
  });
});
