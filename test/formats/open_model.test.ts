/** Models that others trained: what is found in a file with PyTorch's names, what is assumed, and what is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine, FormatError, NonFiniteError, openModel, OptionError, PYTORCH_RECIPE, tokensOf, writeSafetensors, type OpenOptions, type Tensor } from '../../src/engine';
import { isCase, parseCase } from '../golden/golden_case';
import { normal } from '../engine/drawn_case';

const folder = new URL('../fixtures/golden/', import.meta.url);

/** A file of tensors with these names and shapes, filled with seeded numbers. */
function fileOf(shapes: Readonly<Record<string, readonly number[]>>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return writeSafetensors(
    Object.entries(shapes).map(([name, shape]) => [name, normal(shape, 1, name)]),
    metadata,
  );
}

/** One module's tensors. */
function moduleOf(prefix: string, gates: number, inputs: number, hidden: number, { layers = 1, bias = true, bidirectional = false, projection = hidden, cell = false } = {}): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (let k = 0; k < layers; k++) {
    for (const direction of bidirectional ? ['', '_reverse'] : ['']) {
      const end = (cell ? '' : `_l${k}`) + direction;
      shapes[`${prefix}weight_ih${end}`] = [gates * hidden, k === 0 ? inputs : projection * (bidirectional ? 2 : 1)];
      shapes[`${prefix}weight_hh${end}`] = [gates * hidden, projection];
      if (bias) shapes[`${prefix}bias_ih${end}`] = shapes[`${prefix}bias_hh${end}`] = [gates * hidden];
      if (projection !== hidden) shapes[`${prefix}weight_hr${end}`] = [projection, hidden];
    }
  }
  return shapes;
}

const lstm = moduleOf('rnn.', 4, 5, 3);
const language = { 'embedding.weight': [7, 5], ...lstm, 'head.weight': [7, 3], 'head.bias': [7] };

describe('a language model that PyTorch trained', () => {
  it.each(['charlm_lstm', 'charlm_gru'])('%s opens with its alphabet, and has the states that PyTorch found', async (name) => {
    const golden = parseCase(readFileSync(new URL(`${name}.json`, folder), 'utf8'), name);
    if (!isCase(golden)) throw new Error(golden.notACase);
    const opened = openModel(new Uint8Array(readFileSync(new URL(`${name}.safetensors`, folder))));
    expect(opened.vocabulary).toEqual([...'\n .abcdefghijklmnopqrstuvwxyz']);
    expect(opened.unused).toEqual([]);
    expect(opened.spec.output).toEqual({ classes: 29 });
    const engine = await createEngine({ device: 'cpu' });
    const model = await engine.model(opened.spec, { weights: opened.weights });
    const [sentence] = golden.config['strings'] as string[];
    const tape = await model.run({ words: tokensOf(sentence, opened.vocabulary!) });
    for (const state of name.endsWith('lstm') ? ['h', 'c'] : ['h']) {
      const values = await tape.signal(state).read();
      const expected = golden.tensors[`s0.${state}`].data;
      const { scale } = golden.tol[`s0.${state}`];
      expect(values.length).toBe(expected.length);
      const worst = Array.from(values).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      // What a float64 engine owes the stored float32 values.
      expect(worst).toBeLessThanOrEqual(1.2e-7 * scale!);
    }
    engine.release();
  });
});

describe('in a file that anyone wrote,', () => {
  const opened = (shapes: Readonly<Record<string, readonly number[]>>, options?: OpenOptions, metadata?: Record<string, string>) => openModel(fileOf(shapes, metadata), options);

  it('each tensor is accounted for, by its name and as what it is used', () => {
    const { spec, weights, found, unused, vocabulary, modules } = opened({ ...language, 'transformer.h.0.attn.weight': [9, 9], step: [] });
    expect(spec).toEqual({ input: { embedding: 5, vocab: 7 }, layers: [{ cell: 'lstm', hidden: 3, bidirectional: false, bias: true }], output: { classes: 7 } });
    expect(found.map(({ tensor, parameter }) => [tensor, parameter]).toSorted()).toEqual(Object.keys(language).map((name) => [name, name.replace('rnn.', '')]).toSorted());
    expect(unused).toEqual([{ tensor: 'transformer.h.0.attn.weight', shape: [9, 9] }, { tensor: 'step', shape: [] }]);
    expect(weights['weight_hh_l0']).toEqual(normal([12, 3], 1, 'rnn.weight_hh_l0'));
    expect([vocabulary, modules]).toEqual([undefined, ['rnn']]);
  });

  it.each<[string, Record<string, number[]>, object[], OpenOptions?]>([
    ['an LSTM by four rows a unit', moduleOf('a.b.lstm.', 4, 5, 3), [{ cell: 'lstm', hidden: 3 }]],
    ['a GRU by three', moduleOf('gru.', 3, 5, 3), [{ cell: 'gru', hidden: 3 }]],
    ['an RNN by one', moduleOf('', 1, 5, 3), [{ cell: 'rnn', hidden: 3 }]],
    ['a ReLU RNN by a hint', moduleOf('', 1, 5, 3), [{ cell: 'rnn_relu' }], { cell: 'rnn_relu' }],
    ['a GRU that resets before by a hint', moduleOf('', 3, 5, 3), [{ cell: 'gru_reset_before' }], { cell: 'gru_reset_before' }],
    ['layers, both directions', moduleOf('rnn.', 3, 5, 4, { layers: 2, bidirectional: true }), [{ cell: 'gru', bidirectional: true }, { cell: 'gru', bidirectional: true }]],
    ['a projection', moduleOf('rnn.', 4, 5, 6, { layers: 2, projection: 2 }), [{ cell: 'lstm', hidden: 6, projection: 2 }, { hidden: 6, projection: 2 }]],
    ['no biases', moduleOf('rnn.', 4, 5, 3, { bias: false }), [{ bias: false }]],
    ['an LSTMCell', moduleOf('cell.', 4, 5, 3, { cell: true }), [{ cell: 'lstm', hidden: 3 }]],
    ['peepholes', { ...moduleOf('', 4, 5, 3), weight_peep_i_l0: [3], weight_peep_f_l0: [3], weight_peep_o_l0: [3] }, [{ cell: 'lstm_peephole' }]],
    ['modules in a list, stacked', { ...moduleOf('rnns.1.', 4, 3, 2), ...moduleOf('rnns.0.', 4, 5, 3) }, [{ hidden: 3 }, { hidden: 2 }]],
    ['numbered modules, of different cells', { ...moduleOf('net.lay1.', 3, 5, 3, { bidirectional: true }), ...moduleOf('net.lay2.', 4, 6, 2) }, [{ cell: 'gru' }, { cell: 'lstm' }]],
    ['ten cells, in the order of their numbers', Object.assign({}, ...[10, 2, 1].map((k) => moduleOf(`cells.${k}.`, 1, k === 1 ? 5 : k === 2 ? 4 : 3, k === 1 ? 4 : 3, { cell: true }))) as Record<string, number[]>, [{ hidden: 4 }, { hidden: 3 }, { hidden: 3 }]],
  ])('the recurrent layers are found: %s', (_, shapes, layers, options) => {
    const { spec, unused } = opened(shapes, options);
    expect(spec.layers).toMatchObject(layers);
    expect(spec.layers.length).toBe(layers.length);
    expect(spec.input).toEqual({ size: 5 });
    expect(unused).toEqual([]);
  });

  it('the weights of stacked modules are those of their layers', () => {
    const { weights } = opened({ ...moduleOf('lstm2.', 4, 3, 2), ...moduleOf('lstm1.', 4, 5, 3) });
    expect(weights['weight_ih_l1']).toEqual(normal([8, 3], 1, 'lstm2.weight_ih_l0'));
    expect(weights['weight_hh_l0']).toEqual(normal([12, 3], 1, 'lstm1.weight_hh_l0'));
  });

  it('of several recurrent modules the first whole one is taken, the others are named, and any can be picked', () => {
    const shapes = { 'broken.weight_ih_l0': [12, 5], ...moduleOf('encoder.lstm.', 4, 5, 3), ...moduleOf('decoder.gru.', 3, 2, 4) };
    const first = opened(shapes);
    expect(first.spec.layers).toMatchObject([{ cell: 'lstm' }]);
    expect(first.modules).toEqual(['broken', 'encoder.lstm', 'decoder.gru']);
    expect(first.notes.join(' ')).toMatch(/Passed over: broken\.weight_hh_l0: it is missing beside broken\.weight_ih_l0.*decoder\.gru/);
    expect(first.unused.map(({ tensor }) => tensor)).toEqual(['broken.weight_ih_l0', ...Object.keys(moduleOf('decoder.gru.', 3, 2, 4))]);
    expect(opened(shapes, { pick: 'decoder.gru' }).spec).toMatchObject({ input: { size: 2 }, layers: [{ cell: 'gru', hidden: 4 }] });
    expect(() => opened(shapes, { pick: 'lstm' })).toThrow('pick: "lstm" given; the file has broken, encoder.lstm, decoder.gru');
    expect(() => opened(shapes, { pick: 'broken' })).toThrow(FormatError);
  });

  it('names that are only long cost nothing', () => {
    const long = '1'.repeat(1_000_000);
    const { unused } = opened({ ...lstm, [`${long}a.weight`]: [7, 3], [`${long}a.weight_ih_l0`]: [12, 5] });
    expect(unused.length).toBe(2);
  });

  it('numbered modules whose widths do not chain stay apart, and one of a chain can be picked alone', () => {
    const apart = opened({ ...moduleOf('rnn1.', 1, 5, 3), ...moduleOf('rnn2.', 1, 4, 3) });
    expect([apart.spec.layers.length, apart.unused.length]).toEqual([1, 4]);
    expect(opened({ ...moduleOf('rnn1.', 1, 5, 3), ...moduleOf('rnn2.', 1, 3, 3) }, { pick: 'rnn2' }).spec).toMatchObject({ input: { size: 3 }, layers: [{ hidden: 3 }] });
  });

  it('embedding and head go by PyTorch’s examples’ names, by their neighbours, and by nothing else of the same shape', () => {
    const example = opened({ 'encoder.weight': [7, 5], ...lstm, 'decoder.weight': [7, 3], 'decoder.bias': [7] });
    expect(example.found.filter(({ parameter }) => !/_l0/.test(parameter)).map(({ tensor, parameter }) => [parameter, tensor])).toEqual([
      ['embedding.weight', 'encoder.weight'],
      ['head.weight', 'decoder.weight'],
      ['head.bias', 'decoder.bias'],
    ]);
    const near = opened({ 'src.embed.weight': [9, 5], 'dst.embed.weight': [8, 5], ...moduleOf('dst.rnn.', 4, 5, 3), 'src.fc.weight': [9, 3], 'dst.fc.weight': [8, 3] });
    expect(near.unused.map(({ tensor }) => tensor)).toEqual(['src.embed.weight', 'src.fc.weight']);
    expect(near.notes.join(' ')).toContain('no bias');
    const other = opened({ 'attention.key.weight': [6, 5], 'mix.weight': [8, 3], ...lstm });
    expect(other.spec).toMatchObject({ input: { size: 5 } });
    expect(other.spec.output).toBeUndefined();
  });

  it('what has a bias is no embedding, whatever its name', () => {
    const { spec, unused } = opened({ 'embed.weight': [6, 5], 'embed.bias': [6], ...lstm });
    expect([spec.input, unused.length]).toEqual([{ size: 5 }, 2]);
  });

  it('a head of several layers is not taken for one', () => {
    const { spec, notes } = opened({ ...lstm, 'fc.0.weight': [6, 3], 'fc.0.bias': [6], 'fc.2.weight': [4, 6], 'fc.2.bias': [4] });
    expect(spec.output).toBeUndefined();
    expect(notes.join(' ')).toContain('fc.0.weight is the first of several layers');
  });

  it('a head of one row tells a number', () => {
    expect(opened({ ...lstm, 'fc.weight': [1, 3], 'fc.bias': [1] }).spec.output).toEqual({ values: 1 });
  });

  describe('embedding and head are one', () => {
    const square = moduleOf('rnn.', 4, 3, 3);
    const table = normal([7, 3], 1, 'table');
    const rnn = Object.entries(square).map(([name, shape]): [string, Tensor] => [name, normal(shape, 1, name)]);
    const bias: [string, Tensor] = ['decoder.bias', normal([7], 1, 'bias')];
    it.each<[string, [string, Tensor][], Record<string, string>, string[]]>([
      ['where both are there and equal', [['encoder.weight', table], ...rnn, ['decoder.weight', table], bias], {}, ['encoder.weight', 'decoder.weight']],
      ['where save_model left the head out and says so', [['encoder.weight', table], ...rnn, bias], { 'decoder.weight': 'encoder.weight' }, ['encoder.weight', 'decoder.weight']],
      ['where save_model left the embedding out', [...rnn, ['decoder.weight', table], bias], { 'encoder.weight': 'decoder.weight' }, ['encoder.weight', 'decoder.weight']],
      ['where only the head’s bias is there', [['encoder.weight', table], ...rnn, bias], {}, ['encoder.weight']],
    ])('%s', (_, tensors, metadata, tables) => {
      const { spec, weights, found, unused } = openModel(writeSafetensors(tensors, metadata));
      expect(spec).toMatchObject({ input: { embedding: 3, vocab: 7 }, output: { classes: 7, tied: true } });
      expect(weights['embedding.weight']).toEqual(table);
      expect(weights['head.bias']).toEqual(bias[1]);
      expect(Object.hasOwn(weights, 'head.weight')).toBe(false);
      expect(found.filter(({ parameter }) => parameter === 'embedding.weight').map(({ tensor }) => tensor)).toEqual(tables);
      expect(unused).toEqual([]);
    });

    it('not where they differ in one number', () => {
      const other = { shape: table.shape, data: table.data.map((value, i) => (i === 20 ? value + 1 : value)) };
      expect(openModel(writeSafetensors([['encoder.weight', table], ...rnn, ['decoder.weight', other], bias])).spec.output).toEqual({ classes: 7 });
    });
  });

  it('everything assumed is said', () => {
    const { notes, weights } = opened({ ...moduleOf('rnn.', 1, 5, 3), 'fc.weight': [4, 3] });
    expect(notes).toEqual([
      expect.stringContaining('tanh is assumed'),
      expect.stringContaining('head has no bias'),
      expect.stringContaining('No embedding was found: the model reads vectors of width 5'),
    ]);
    expect(weights['head.bias']).toEqual({ shape: [4], data: new Float32Array(4) });
    const { 'rnn.bias_hh_l0': gone, ...half } = lstm;
    expect(gone).toEqual([12]);
    expect(opened(half).notes.join(' ')).toContain('rnn.bias_hh_l0 is not in the file');
    expect(opened(half).weights['bias_hh_l0']).toEqual({ shape: [12], data: new Float32Array(12) });
    expect(opened({ ...moduleOf('lstm1.', 4, 5, 3), ...moduleOf('lstm2.', 4, 3, 3) }).notes[0]).toContain('lstm1, lstm2 are taken as layers of one stack');
  });

  it('metadata tells the cell, but not against the shapes', () => {
    expect(opened(moduleOf('', 1, 5, 3), {}, { nonlinearity: 'relu' }).spec.layers[0].cell).toBe('rnn_relu');
    expect(opened(moduleOf('', 1, 5, 3), {}, { cell: 'RNN_RELU' }).spec.layers[0].cell).toBe('rnn_relu');
    expect(opened(moduleOf('', 3, 5, 3), {}, { cell: 'GRUCell' }).spec.layers[0].cell).toBe('gru');
    expect(() => opened(moduleOf('rnn.', 3, 5, 3), {}, { cell: 'lstm' })).toThrow('rnn.weight_hh_l0: it has 9 rows for 3 units; the file’s metadata says LSTM, which has 12 rows');
    expect(() => opened(moduleOf('rnn.', 3, 5, 3), { cell: 'lstn' })).toThrow(OptionError);
  });

  describe('a vocabulary', () => {
    const words = ['the', 'cat', 'cats', 'was', 'were', '.', '<eos>'];
    it.each<[string, OpenOptions['vocabulary']]>([
      ['as a list', words],
      ['as a dictionary', Object.fromEntries(words.map((word, i) => [word, i]))],
      ['as JSON', JSON.stringify(words)],
      ['as a JSON dictionary the other way round', JSON.stringify({ ...words })],
      ['as lines', words.join('\n') + '\n'],
      ['as words between spaces', ` ${words.join('  ')}`],
    ])('can be given %s', (_, vocabulary) => {
      const { spec, notes, vocabulary: read } = opened(language, { vocabulary });
      expect(read).toEqual(words);
      expect(spec.input).toEqual({ embedding: 5, vocab: words });
      expect(notes).toEqual([]);
    });

    it('is an alphabet by what readers call a character, or by code points where only those are as many', () => {
      expect(opened(language, { vocabulary: '\n abé👩‍🚀ß' }).vocabulary).toEqual(['\n', ' ', 'a', 'b', 'é', '👩‍🚀', 'ß']);
      expect(opened(language, { vocabulary: '\n abe\u0301z' }).vocabulary).toEqual(['\n', ' ', 'a', 'b', 'e', '\u0301', 'z']);
    });

    it.each(['vocab', 'words', 'itos', 'stoi'])('comes with the file as %s, and a given one goes before it', (key) => {
      expect(opened(language, {}, { [key]: JSON.stringify(words) }).vocabulary).toEqual(words);
      expect(opened(language, { vocabulary: 'abcdefg' }, { [key]: JSON.stringify(words) }).vocabulary).toEqual([...'abcdefg']);
    });

    it.each<[string, OpenOptions['vocabulary'], string]>([
      ['too short', 'abc', 'this model has 7 tokens; as an alphabet it has 3'],
      ['with a character twice', 'abcdefa', '"a" is listed twice'],
      ['with a number twice', { a: 0, b: 0 }, 'this model has 7 tokens; what was given is no list'],
      ['with a number beyond its end', { a: 0, b: 7 }, 'no dictionary'],
      ['of numbers', JSON.stringify([1, 2, 3, 4, 5, 6, 7]), 'no list of texts'],
    ])('is refused %s', (_, vocabulary, message) => {
      expect(() => opened(language, { vocabulary })).toThrow(OptionError);
      expect(() => opened(language, { vocabulary })).toThrow(message);
    });

    it('in metadata that does not fit is passed over, with a note', () => {
      const { vocabulary, notes } = opened(language, {}, { vocab: '7', alphabet: 'abc' });
      expect(vocabulary).toBeUndefined();
      expect(notes.join(' ')).toContain('What the 7 tokens stand for');
    });

    it('makes one-hot vectors words, through an embedding that is the identity', async () => {
      const shapes = { ...moduleOf('rnn.', 3, 4, 3), 'fc.weight': [4, 3], 'fc.bias': [4] };
      expect(opened(shapes).notes.join(' ')).toContain('If they stand one-hot for its 4 classes');
      const { spec, weights, notes } = opened(shapes, { vocabulary: 'abcd' });
      expect(notes.join(' ')).toContain('identity');
      const engine = await createEngine({ device: 'cpu' });
      const tape = await (await engine.model(spec, { weights })).run({ words: ['c', 'a'] });
      expect(Array.from(await tape.signal('x').read())).toEqual([0, 0, 1, 0, 1, 0, 0, 0]);
      engine.release();
      expect(() => opened(shapes, { vocabulary: 'abc' })).toThrow('this model has 4 tokens');
      expect(() => opened(moduleOf('', 1, 5000, 2), { vocabulary: Array.from({ length: 5000 }, (_, i) => `w${i}`) })).toThrow('5,000 tokens are too wide');
    });
  });

  it('half precision and float64 become float32', () => {
    const header = new TextEncoder().encode(JSON.stringify({ weight_ih_l0: { dtype: 'BF16', shape: [1, 1], data_offsets: [0, 2] }, weight_hh_l0: { dtype: 'F64', shape: [1, 1], data_offsets: [2, 10] } }));
    const file = (value: number) => {
      const bytes = new Uint8Array(8 + header.length + 10);
      const view = new DataView(bytes.buffer);
      view.setBigUint64(0, BigInt(header.length), true);
      bytes.set(header, 8);
      view.setUint16(8 + header.length, 0xbfc0, true); // -1.5
      view.setFloat64(10 + header.length, value, true);
      return bytes;
    };
    expect(Object.values(openModel(file(0.25)).weights).map(({ data }) => [...Array.from(data)])).toEqual([[-1.5], [0.25]]);
    expect(() => openModel(file(1e39))).toThrow(NonFiniteError);
    expect(() => openModel(file(1e39))).toThrow('weight_hh_l0: entry 0 is 1e+39');
  });
});

describe('a file is refused, in words that name the tensors,', () => {
  it.each<[string, Record<string, number[]>, string[], OpenOptions?]>([
    ['without recurrent layers', Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`layer${i}.weight`, [1, 1]])), ['weight_ih_l0', 'nn.LSTM', 'layer0.weight', 'layer11.weight and 3 more']],
    ['without tensors', {}, ['no tensors at all']],
    ['without recurrent weights', { 'rnn.weight_ih_l0': [12, 5] }, ['rnn.weight_hh_l0: it is missing beside rnn.weight_ih_l0']],
    ['without a layer in between', { ...lstm, 'rnn.weight_ih_l2': [12, 3], 'rnn.weight_hh_l2': [12, 3] }, ['rnn.weight_ih_l1: it is missing, and there are tensors of layer 2']],
    ['without one direction’s input', { ...lstm, 'rnn.weight_hh_l0_reverse': [12, 3] }, ['rnn.weight_ih_l0_reverse: it is missing']],
    ['with two rows a unit', { weight_ih_l0: [6, 5], weight_hh_l0: [6, 3] }, ['weight_hh_l0: it has 6 rows for 3 units; an RNN has 3, a GRU 9, an LSTM 12']],
    ['with five columns and three rows', { weight_ih_l0: [3, 5], weight_hh_l0: [3, 5] }, ['3 rows for 5 units']],
    ['with rows that differ', { ...lstm, 'rnn.weight_ih_l0': [9, 5] }, ['rnn.weight_ih_l0: its shape is [9, 5]; beside rnn.weight_hh_l0, [12, 3], it must be [12, 5]']],
    ['with a bias that is too short', { ...lstm, 'rnn.bias_hh_l0': [9] }, ['rnn.bias_hh_l0', '[9]', 'rnn.weight_hh_l0', '[12]']],
    ['with layers that do not chain', { ...moduleOf('rnn.', 4, 5, 3, { layers: 2 }), 'rnn.weight_ih_l1': [12, 4] }, ['rnn.weight_ih_l1', '[12, 4]', 'rnn.weight_hh_l0', '[12, 3]']],
    ['with a vector for a matrix', { ...lstm, 'rnn.weight_hh_l0': [36] }, ['rnn.weight_hh_l0', 'rows and columns']],
    ['with no columns', { weight_ih_l0: [0, 0], weight_hh_l0: [0, 0] }, ['rows and columns']],
    ['with a projection that is none', moduleOf('rnn.', 4, 5, 3, { projection: 4 }), ['less than the 3 units']],
    ['with a projected GRU', moduleOf('rnn.', 3, 5, 4, { projection: 2 }), ['GRU has no projection']],
    ['with a peephole alone', { ...lstm, 'rnn.weight_peep_i_l0': [3] }, ['rnn.weight_peep_f_l0: it is missing']],
    ['with an embedding beside it that does not fit', { ...language, 'embedding.weight': [7, 6] }, ['embedding.weight: its shape is [7, 6]', '5 columns', 'rnn.weight_ih_l0', 'embedding: false']],
    ['with a head beside it that does not fit', { ...language, 'head.weight': [7, 6] }, ['head.weight: its shape is [7, 6]', '3 columns', 'rnn.weight_hh_l0', 'head: false']],
  ])('%s', (_, shapes, parts, options) => {
    for (const part of parts) expect(() => openModel(fileOf(shapes), options)).toThrow(part);
  });

  it('and the remedies that it names work', () => {
    const wrong = { ...language, 'embedding.weight': [7, 6], 'head.weight': [7, 6] };
    const { spec, unused } = openModel(fileOf(wrong), { embedding: false, head: false });
    expect([spec.input, spec.output]).toEqual([{ size: 5 }, undefined]);
    expect(unused.map(({ tensor }) => tensor)).toEqual(['embedding.weight', 'head.weight', 'head.bias']);
    const named = openModel(fileOf({ ...lstm, table: [4, 5], say: [2, 3] }), { embedding: 'table', head: 'say' });
    expect(named.spec).toMatchObject({ input: { embedding: 5, vocab: 4 }, output: { classes: 2 } });
    expect(() => openModel(fileOf(language), { head: 'embedding' })).toThrow('head: embedding.weight is [7, 5]; it must have 3 columns');
    expect(() => openModel(fileOf(language), { embedding: 'nothing' })).toThrow('embedding: nothing is no matrix of this file');
  });

  it('with NaN, by the name it has in the file', () => {
    const data = new Float32Array(36).fill(0.5);
    data[7] = NaN;
    const tensors = Object.entries(lstm).map(([name, shape]): [string, Tensor] => [name, name.endsWith('weight_hh_l0') ? { shape, data } : normal(shape, 1, name)]);
    expect(() => openModel(writeSafetensors(tensors))).toThrow(NonFiniteError);
    expect(() => openModel(writeSafetensors(tensors))).toThrow('rnn.weight_hh_l0: entry 7 is NaN');
  });

  const latin = (text: string) => Uint8Array.from(text.padEnd(40, ' '), (character) => character.charCodeAt(0));
  it.each<[string, string, string]>([
    ['a zip', 'PK\x03\x04\0\0\x08\x08', PYTORCH_RECIPE],
    ['a pickle', '\x80\x02}q\0', PYTORCH_RECIPE],
    ['HDF5', '\x89HDF\r\n\x1a\n', 'an HDF5 file'],
    ['GGUF', 'GGUF\x03\0\0\0', 'a GGUF file'],
    ['NumPy', '\x93NUMPY\x01\0', 'NumPy'],
    ['ONNX', '\x08\x08\x12\x07pytorch', 'an ONNX file'],
    ['gzip', '\x1f\x8b\x08', 'Unpack it first'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid', 'git lfs pull'],
    ['a web page', '\n<!DOCTYPE html><html>', 'not the page that shows it'],
  ])('that is %s, with what to do instead', (_, beginning, message) => {
    expect(() => openModel(latin(beginning))).toThrow(FormatError);
    expect(() => openModel(latin(beginning))).toThrow(message);
  });

  it('but not for a length that looks like something else', () => {
    const file = fileOf(moduleOf('rnn.'.padEnd(66, 'x') + '.', 1, 1, 1), { note: '' });
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    const padded = new Uint8Array(file.length + 0x120808 - length);
    new DataView(padded.buffer).setBigUint64(0, 0x120808n, true);
    padded.fill(0x20, 8, 8 + 0x120808);
    padded.set(file.subarray(8, 8 + length), 8);
    padded.set(file.subarray(8 + length), 8 + 0x120808);
    expect(openModel(padded).spec.layers).toMatchObject([{ cell: 'rnn' }]);
  });
});

describe('a text becomes tokens', () => {
  it('character by character where the vocabulary is an alphabet', () => {
    expect(tokensOf('the cat\n', [...'\n aceht'])).toEqual([...'the cat\n']);
    expect(tokensOf('ab', ['a', 'b'])).toEqual(['a', 'b']);
    expect(tokensOf('e\u0301a 👩‍🚀', ['a', 'e\u0301', ' ', '👩‍🚀', '<eos>'])).toEqual(['e\u0301', 'a', ' ', '👩‍🚀']);
    expect(() => tokensOf('thé', [...'the'])).toThrow('text: "é" is not in this model\'s alphabet of 3 characters');
  });

  it('and a character that it has not as the one for all rare ones', () => {
    expect(tokensOf('a\r\nß👩‍🚀', ['a', '\n', '\uFFFD'])).toEqual(['a', '\n', '\uFFFD', '\uFFFD', '\uFFFD', '\uFFFD']);
    expect(tokensOf('e\u0301', ['é', 'e'])).toEqual(['é']);
    expect(tokensOf('e\u0301\r', ['e', '\u0301', '\r', 'é'])).toEqual(['e', '\u0301', '\r']);
  });

  it('word by word where it is not', () => {
    expect(tokensOf('The cat was.', ['The', 'cat', 'was', '.'])).toEqual(['The', 'cat', 'was', '.']);
  });

  it('but not a text of megabytes', () => {
    expect(() => tokensOf('a'.repeat(200_000), ['a'])).toThrow(OptionError);
  });
});
