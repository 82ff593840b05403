/** What either engine promises its caller, as one suite: refusals, lifetimes, signals. Each engine's test file runs it. */
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { cells, LimitError, NonFiniteError, OptionError, OutOfMemoryError, ReleasedError, ShapeError, UnknownSignalError, wordsOf, type Engine, type EngineError, type Loss, type Model, type ModelSpec, type RunInputs, type Tape } from '../../src/engine/index';
import { drawnInputs, drawnSpec, plain } from './drawn_case';

type Refusal = new (...parameters: never[]) => EngineError;

async function refused(promise: Promise<unknown>, type: Refusal, ...parts: string[]): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  for (const part of parts) expect((error as Error).message).toContain(part);
}

export function claimsOf(makeEngine: () => Promise<Engine>): void {
  let engine: Engine;
  let model: Model;
  const words = wordsOf('The cat that we saw yesterday was happy');
  beforeAll(async () => {
    engine = await makeEngine();
    model = await engine.model(drawnSpec(plain));
  });
  afterAll(() => engine.release());

  describe('a model is refused, in words that name the option,', () => {
    const layer = { cell: 'lstm', hidden: 4 };
    test.each<[string, ModelSpec, string[]]>([
      ['without layers', { input: { size: 1 }, layers: [] }, ['layers', 'at least one']],
      ['with an unknown cell, listing those there are', { input: { size: 1 }, layers: [{ cell: 'lstn', hidden: 4 }] }, ['"lstn"', ...cells.map((cell) => cell.name)]],
      ['with 0 units', { input: { size: 1 }, layers: [{ cell: 'rnn', hidden: 0 }] }, ['layers[0].hidden', '0', '1 to 65,535']],
      ['with 100,000 units', { input: { size: 1 }, layers: [layer, { cell: 'rnn', hidden: 100_000 }] }, ['layers[1].hidden', '100000', '65,535']],
      ['with half a unit', { input: { size: 1 }, layers: [{ cell: 'rnn', hidden: 2.5 }] }, ['2.5']],
      ['with NaN units', { input: { size: 1 }, layers: [{ cell: 'rnn', hidden: NaN }] }, ['NaN']],
      ['with an input of width 0', { input: { size: 0 }, layers: [layer] }, ['input.size', '0']],
      ['with an embedding of width −1', { input: { embedding: -1 }, layers: [layer] }, ['input.embedding', '-1']],
      ['with no words in its vocabulary by number', { input: { embedding: 2, vocab: 0 }, layers: [layer] }, ['input.vocab', '0']],
      ['with a word listed twice', { input: { embedding: 2, vocab: ['a', 'b', 'a'] }, layers: [layer] }, ['vocab', 'twice']],
      ['with no seeds', { input: { size: 1 }, layers: [layer], seeds: [] }, ['seeds']],
      ['with a seed that is no whole number', { input: { size: 1 }, layers: [layer], seed: 0.5 }, ['seed', '0.5']],
    ])('%s', (_, spec, parts) => refused(engine.model(spec), OptionError, ...parts));

    test('that no memory could hold, before any is asked for', () =>
      refused(engine.model({ input: { size: 1 }, layers: [{ cell: 'lstm', hidden: 60_000 }] }), LimitError, 'Use'));

    test('whose weights are missing, unknown, misshapen or not numbers', async () => {
      const weights = Object.fromEntries(model.parameters);
      const { bias_hh_l0, ...missing } = weights;
      const spec = drawnSpec(plain);
      await refused(engine.model(spec, { weights: missing }), OptionError, 'bias_hh_l0 is missing');
      await refused(engine.model(spec, { weights: { ...weights, weight_peep_i_l0: bias_hh_l0 } }), OptionError, 'weight_peep_i_l0', 'weight_ih_l0');
      await refused(engine.model(spec, { weights: { ...weights, bias_hh_l0: { shape: [27], data: bias_hh_l0.data.slice(1) } } }), ShapeError, 'bias_hh_l0', '[28]', '[27]');
      const data = bias_hh_l0.data.slice();
      data[5] = NaN;
      await refused(engine.model(spec, { weights: { ...weights, bias_hh_l0: { shape: [28], data } } }), NonFiniteError, 'bias_hh_l0', 'entry 5', 'NaN');
    });
  });

  describe('an input is refused, in words that name the tensor,', () => {
    const x = { shape: [2, 3, 4], data: new Float32Array(24) };
    const filled = (index: number, value: number) => ({ shape: x.shape, data: Array.from(x.data, (zero, i) => (i === index ? value : zero)) });
    test.each<[string, RunInputs, Refusal, string[]]>([
      ['of the wrong width', { x: { shape: [2, 3, 5], data: new Float32Array(30) } }, ShapeError, ['x', '[T, B, 4]', '[2, 3, 5]']],
      ['of the wrong rank', { x: { shape: [6, 4], data: x.data } }, ShapeError, ['[6, 4]']],
      ['without steps', { x: { shape: [0, 3, 4], data: [] } }, ShapeError, ['T, B ≥ 1']],
      ['without sequences', { x: { shape: [2, 0, 4], data: [] } }, ShapeError, ['T, B ≥ 1']],
      ['with fewer values than its shape holds', { x: { shape: [2, 3, 4], data: new Float32Array(23) } }, ShapeError, ['23 values']],
      ['with NaN, naming the first entry', { x: filled(7, NaN) }, NonFiniteError, ['x', 'entry 7', 'NaN']],
      ['with infinity', { x: filled(23, -Infinity) }, NonFiniteError, ['entry 23', '-Infinity']],
      ['with a number beyond float32', { x: filled(3, 1e39) }, NonFiniteError, ['entry 3', '1e+39']],
      ['with a length of 0', { x, lengths: [1, 0, 2] }, OptionError, ['lengths', 'entry 1 is 0', '1 to 2']],
      ['with a length above T', { x, lengths: [1, 2, 3] }, OptionError, ['entry 2 is 3', '1 to 2']],
      ['with a length between two numbers', { x, lengths: [1, 1.5, 2] }, OptionError, ['1.5']],
      ['with lengths for another batch', { x, lengths: [1, 2] }, ShapeError, ['lengths', '[3]', '[2]']],
      ['with states of the wrong shape', { x, h0: { shape: [1, 3, 6], data: new Float32Array(18) } }, ShapeError, ['h0', '[1, 3, 7]', '[1, 3, 6]']],
      ['with NaN in a state', { x, c0: { shape: [1, 3, 7], data: new Float32Array(21).fill(NaN) } }, NonFiniteError, ['c0', 'entry 0']],
      ['with states for another number of layers', { x, h0: [undefined, undefined] }, ShapeError, ['h0', '1 layers', '2']],
      ['of words, to a model that reads vectors', { words: ['a'] }, OptionError, ['{ x }']],
      ['of tokens, to a model that reads vectors', { tokens: { shape: [1, 1], data: [0] } }, OptionError, ['{ x }']],
    ])('%s', (_, inputs, type, parts) => refused(model.run(inputs), type, ...parts));

    test('with a cell state for a cell that has none', async () => {
      const gru = await engine.model(drawnSpec({ ...plain, cells: ['gru'] }));
      await refused(gru.run({ x, c0: { shape: [1, 3, 7], data: new Float32Array(21) } }), OptionError, 'c0', 'GRU');
    });

    test('of no words, an empty sentence, a word outside the vocabulary, or longer than its words', async () => {
      const open = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'rnn', hidden: 3 }] });
      await refused(open.run({ words: [] }), OptionError, 'nothing to read');
      await refused(open.run({ words: [['a'], []] }), OptionError, 'sentence 1 is empty');
      await refused(open.run({ words: [['a'], ['b', 'c']], lengths: [2, 2] }), OptionError, 'entry 0 is 2', '1 to 1');
      await refused(open.run({ x }), OptionError, 'reads words');
      await refused(open.run({ tokens: { shape: [1, 1], data: [0] } }), OptionError, 'no vocabulary');
      const closed = await engine.model({ input: { embedding: 4, vocab: ['a', 'b'] }, layers: [{ cell: 'rnn', hidden: 3 }] });
      await refused(closed.run({ words: ['a', 'cat'] }), OptionError, '"cat"', '2 words');
      await refused(closed.run({ tokens: { shape: [2, 1], data: [0, 2] } }), OptionError, 'entry 1 is 2', '0 to 1');
      const numbered = await engine.model({ input: { embedding: 4, vocab: 9 }, layers: [{ cell: 'rnn', hidden: 3 }] });
      await refused(numbered.run({ words: ['a'] }), OptionError, '{ tokens }');
    });

    test('whose record no memory could hold, before any is asked for', async () => {
      const wide = await engine.model({ input: { embedding: 1, vocab: 1 }, layers: [{ cell: 'lstm', hidden: 500 }] });
      const steps = 3_000_000;
      const run = wide.run({ tokens: { shape: [steps, 1], data: new Int32Array(steps) } });
      const error: unknown = await run.catch((reason: unknown) => reason);
      expect([LimitError, OutOfMemoryError].some((type) => error instanceof type)).toBe(true);
      wide.release();
    });
  });

  describe('a tape', () => {
    const run = () => model.run(drawnInputs(plain));

    test('has every state, gate and pre-activation as a signal, with its shape and range', async () => {
      const tape = await run();
      const at = (name: string) => tape.signal(name);
      expect(tape.signals.map(({ name }) => name)).toEqual(['h', 'c', 'i', 'f', 'g', 'o', 'a_i', 'a_f', 'a_g', 'a_o', 'y', 'x', 'h_n', 'c_n']);
      expect([at('h').shape, at('x').shape, at('c_n').shape]).toEqual([[1, 5, 3, 7], [1, 5, 3, 4], [1, 3, 7]]);
      expect([at('h').range, at('c').range, at('f').range, at('g').range]).toEqual([[-1, 1], 'unbounded', [0, 1], [-1, 1]]);
      for (const { name, shape } of tape.signals) expect((await at(name).read()).length).toBe(shape.reduce((product, n) => product * n, 1));
      tape.release();
    });

    test('says which signals there are when asked for one it does not have', async () => {
      const tape = await run();
      expect(() => tape.signal('q')).toThrow(UnknownSignalError);
      expect(() => tape.signal('q')).toThrow(/"q".* h, c, i, f, g, o,/);
      expect(() => tape.signal('h', { layer: 3 })).toThrow(/layer 0 forward/);
      expect(() => tape.signal('h', { direction: 'reverse' })).toThrow(UnknownSignalError);
      tape.release();
    });

    test('states each signal’s largest magnitude', async () => {
      const tape = await run();
      for (const { name } of tape.signals) {
        const values = await tape.signal(name).read();
        const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const extent = await tape.signal(name).extent();
        expect(extent.finite).toBe(true);
        // A gate's activation may be taken at two places, each good to 1e-6.
        expect(Math.abs(extent.largest - largest), name).toBeLessThanOrEqual(2e-6);
      }
      tape.release();
    });

    test('gives out copies: writing to one changes no other', async () => {
      const tape = await run();
      const first = await tape.signal('h').read();
      const kept = first.slice();
      first.fill(9);
      expect(await tape.signal('h').read()).toEqual(kept);
      tape.release();
    });

    test('that was released refuses to be read, whatever runs after it', async () => {
      const tape = await run();
      const h = tape.signal('h');
      expect(tape.released).toBe(false);
      tape.release();
      tape.release();
      const next = await run();
      expect(tape.released).toBe(true);
      await refused(h.read(), ReleasedError, 'tape');
      await refused(h.extent(), ReleasedError, 'tape');
      expect(() => tape.signal('h')).toThrow(ReleasedError);
      expect(() => tape.hold()).toThrow(ReleasedError);
      next.release();
    });

    test('lives until its last holder lets go', async () => {
      const tape = await run();
      const before = await tape.signal('h').read();
      const [dropOne, dropOther] = [tape.hold(), tape.hold()];
      tape.release();
      dropOne();
      dropOne();
      const after = await run();
      expect(tape.released).toBe(false);
      expect(await tape.signal('h').read()).toEqual(before);
      dropOther();
      expect(tape.released).toBe(true);
      expect(after.released).toBe(false);
      after.release();
    });

    test('released while it is being read still gives its own numbers', async () => {
      const tape = await run();
      const expected = await tape.signal('h').read();
      const reading = tape.signal('h').read();
      tape.release();
      const other = await model.run({ x: { shape: [5, 3, 4], data: new Float32Array(60).fill(3) } });
      expect(await reading).toEqual(expected);
      other.release();
    });

    test('is let go by Symbol.dispose', async () => {
      const tape = await run();
      tape[Symbol.dispose]();
      expect(tape.released).toBe(true);
    });
  });

  describe('a backward pass', () => {
    const run = () => model.run(drawnInputs(plain));
    const d_y = { shape: [5, 3, 7], data: new Float32Array(105).fill(1) };
    const read = async (tape: Tape, name: string) => Array.from(await tape.signal(name).read());

    test('is what gradients are there after, and asking before says so', async () => {
      const tape = await run();
      expect(() => tape.signal('d_h')).toThrow(UnknownSignalError);
      expect(() => tape.signal('d_h')).toThrow(/"d_h".* h, c, i,.* tape\.backward\(loss\)/);
      expect(() => tape.signal('q')).not.toThrow(/backward/);
      await refused(tape.gradients(), OptionError, 'call backward first');
      const before = tape.signals.length;
      expect(await tape.backward({ d_y })).toBeUndefined();
      expect(tape.signals.slice(before).map(({ name }) => name)).toEqual(['d_h', 'd_c', 'd_a_i', 'd_a_f', 'd_a_g', 'd_a_o', 'd_x', 'd_h0', 'd_c0']);
      expect(['d_h', 'd_x', 'd_c0'].map((name) => tape.signal(name).shape)).toEqual([[1, 5, 3, 7], [1, 5, 3, 4], [1, 3, 7]]);
      for (const { name, shape } of tape.signals.slice(before)) {
        const values = await read(tape, name);
        expect(values.length).toBe(shape.reduce((product, n) => product * n, 1));
        const { largest, finite } = await tape.signal(name).extent();
        expect(finite).toBe(true);
        expect(largest).toBeGreaterThan(0);
        expect(Math.abs(largest - Math.max(...values.map(Math.abs)))).toBeLessThanOrEqual(2e-6 * largest);
      }
      expect(() => tape.signal('d_q')).toThrow(UnknownSignalError);
      expect(() => tape.signal('d_q')).not.toThrow(/backward/);
      tape.release();
    });

    test('gives every parameter a gradient under its name and in its shape', async () => {
      const bundle = await engine.model({ input: { embedding: 3, vocab: 4 }, layers: [{ cell: 'lstm_peephole', hidden: 5, projection: 2, bidirectional: true }, { cell: 'gru', hidden: 3 }], output: { classes: 4 }, seeds: [1, 2] });
      const tape = await bundle.run({ tokens: { shape: [3, 1], data: [0, 3, 1] } });
      await tape.backward({ unit: 1, step: 2 });
      const shapes = (map: ReadonlyMap<string, { shape: readonly number[] }>) => [...map].map(([name, { shape }]) => [name, shape]);
      expect(shapes(await tape.gradients())).toEqual(shapes(bundle.parameters));
      // No score is in this loss, so the head has gradients, and they are 0.
      expect(Array.from((await tape.gradients()).get('head.weight')!.data)).toEqual(Array.from({ length: 24 }, () => 0));
      bundle.release();
    });

    test('replaces the one before, and gives out copies', async () => {
      const tape = await run();
      await tape.backward({ d_y });
      const first = await read(tape, 'd_x');
      const gradients = await tape.gradients();
      await tape.backward({ unit: 3, step: 0 });
      const second = await read(tape, 'd_x');
      expect(second).not.toEqual(first);
      for (const value of second.slice(12)) expect(value).toBe(0); // step 0 feels nothing of later steps
      await tape.backward({ d_y });
      expect(await read(tape, 'd_x')).toEqual(first);
      gradients.get('weight_hh_l0')!.data.fill(7);
      expect((await tape.gradients()).get('weight_hh_l0')!.data).not.toEqual(gradients.get('weight_hh_l0')!.data);
      expect((await tape.gradients()).get('bias_hh_l0')!.data).toEqual(gradients.get('bias_hh_l0')!.data);
      tape.release();
    });

    const cut = { shape: [5, 3, 6], data: new Float32Array(90) };
    const state = { shape: [1, 3, 7], data: new Float32Array(21) };
    test.each<[string, Loss, Refusal, string[]]>([
      ['a unit that is not there', { unit: 7, step: 0 }, OptionError, ['unit', '7', '0 to 6']],
      ['half a unit', { unit: 0.5, step: 0 }, OptionError, ['unit', '0.5']],
      ['a step that is not there', { unit: 0, step: 5 }, OptionError, ['step', '5', '0 to 4']],
      ['a step before the first', { unit: 0, step: -1 }, OptionError, ['step', '-1']],
      ['a sequence that is not there', { unit: 0, step: 0, sequence: 3 }, OptionError, ['sequence', '3', '0 to 2']],
      ['a layer that is not there', { unit: 0, step: 0, layer: 1 }, OptionError, ['layer', '1', '0 to 0']],
      ['a direction that is not read', { unit: 0, step: 0, direction: 'reverse' }, OptionError, ['direction', 'forward only']],
      ['a direction that is none', { unit: 0, step: 0, direction: 'sideways' as 'forward' }, OptionError, ['direction', '"sideways"']],
      ['nothing', {}, OptionError, ['loss', '{ unit, step }', '{ nextToken }', 'd_y']],
      ['nothing at all', undefined as unknown as Loss, OptionError, ['loss']],
      ['cotangents of the wrong width', { d_y: cut }, ShapeError, ['d_y', '[5, 3, 7]', '[5, 3, 6]']],
      ['cotangents with fewer values than their shape', { d_y: { ...d_y, data: [1] } }, ShapeError, ['1 values']],
      ['cotangents of final states of the wrong shape', { d_h_n: { shape: [2, 3, 7], data: new Float32Array(42) } }, ShapeError, ['d_h_n', '[1, 3, 7]', '[2, 3, 7]']],
      ['cotangents that are not numbers', { d_c_n: { ...state, data: new Float32Array(21).fill(NaN) } }, NonFiniteError, ['d_c_n', 'entry 0', 'NaN']],
      ['cotangents beyond float32', { d_y: { ...d_y, data: new Float64Array(105).fill(1e39) } }, NonFiniteError, ['d_y', '1e+39']],
      ['the next token of a model without a head', { nextToken: 'all' }, OptionError, ['nextToken', 'output: { classes }']],
    ])('is refused for %s', async (_, loss, type, parts) => {
      const tape = await run();
      await refused(tape.backward(loss), type, ...parts);
      expect(() => tape.signal('d_h')).toThrow(UnknownSignalError);
      tape.release();
    });

    test('is refused for a cell state where there is none, and past a sequence’s own length', async () => {
      const gru = await engine.model(drawnSpec({ ...plain, cells: ['gru'] }));
      const tape = await gru.run(drawnInputs({ ...plain, cells: ['gru'], lengths: [5, 2, 3] }));
      await refused(tape.backward({ d_c_n: state }), OptionError, 'd_c_n', 'GRU');
      await refused(tape.backward({ unit: 0, step: 2, sequence: 1 }), OptionError, 'step', '0 to 1');
      gru.release();
    });

    test('for the next token is refused where there is none, or where it was read already', async () => {
      const spec = { input: { embedding: 3, vocab: 4 }, layers: [{ cell: 'rnn', hidden: 2 }], output: { classes: 4 } };
      const tokens = { shape: [3, 2], data: [0, 1, 2, 3, 0, 1] };
      const predicting = await engine.model(spec);
      const tape = await predicting.run({ tokens, lengths: [3, 2] });
      await refused(tape.backward({ nextToken: [2] }), OptionError, 'nextToken', '2', '0 to 1');
      await refused(tape.backward({ nextToken: [] }), OptionError, 'nextToken');
      const short = await predicting.run({ tokens: { shape: [1, 1], data: [0] } });
      await refused(short.backward({ nextToken: 'all' }), OptionError, 'one token');
      const both = await engine.model({ ...spec, layers: [{ cell: 'rnn', hidden: 2, bidirectional: true }] });
      await refused((await both.run({ tokens })).backward({ nextToken: 'all' }), OptionError, 'bidirectional');
      const few = await engine.model({ ...spec, output: { classes: 3 } });
      await refused((await few.run({ tokens })).backward({ nextToken: 'all' }), OptionError, '4', '3 classes');
      const vectors = await engine.model({ input: { size: 1 }, layers: spec.layers, output: spec.output });
      await refused((await vectors.run({ x: { shape: [2, 1, 1], data: [1, 2] } })).backward({ nextToken: 'all' }), OptionError, 'vectors');
      for (const each of [predicting, both, few, vectors]) each.release();
    });

    test('resolves to the cross-entropy of each model, and to nothing for the others', async () => {
      const spec = { input: { embedding: 3, vocab: 4 }, layers: [{ cell: 'rnn', hidden: 2 }], output: { classes: 4 }, seeds: [1, 2, 3] };
      const bundle = await engine.model(spec);
      const tape = await bundle.run({ tokens: { shape: [4, 1], data: [0, 1, 2, 3] } });
      const losses = (await tape.backward({ nextToken: 'all' }))!;
      expect(losses.length).toBe(3);
      // Untrained, it scores 4 classes about alike: log 4 = 1.39.
      for (const loss of losses) expect(Math.abs(loss - Math.log(4))).toBeLessThan(1);
      expect(await tape.backward({ unit: 0, step: 0 })).toBeUndefined();
      bundle.release();
    });

    test('of a released tape, or called off, is refused', async () => {
      const tape = await run();
      const reason = new Error('the reader clicked elsewhere');
      await expect(tape.backward({ d_y }, { abort: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await tape.backward({ d_y });
      const d_h = tape.signal('d_h');
      tape.release();
      await refused(tape.backward({ d_y }), ReleasedError, 'tape');
      await refused(tape.gradients(), ReleasedError, 'tape');
      await refused(d_h.read(), ReleasedError, 'tape');
    });

    test('is bitwise the same each time', async () => {
      const shape = { ...plain, hidden: 37, cells: ['gru', 'lstm'], bidirectional: true, lengths: [5, 1, 3] };
      const two = await engine.model(drawnSpec(shape));
      const tapes = [await two.run(drawnInputs(shape)), await two.run(drawnInputs(shape))];
      for (const tape of tapes) await tape.backward({ unit: 36, step: 2, sequence: 2 });
      const [first, second] = await Promise.all(tapes.map((tape) => tape.gradients()));
      for (const [name, { data }] of first) expect(second.get(name)!.data, name).toEqual(data);
      two.release();
    });
  });

  test('two runs of one plan are bitwise equal', async () => {
    const shape = { ...plain, hidden: 37, cells: ['gru', 'lstm'], bidirectional: true, lengths: [5, 1, 3] };
    const two = await engine.model(drawnSpec(shape));
    const tapes: Tape[] = [await two.run(drawnInputs(shape)), await two.run(drawnInputs(shape))];
    expect(tapes[1].plan).toEqual(tapes[0].plan);
    for (const { name, layer, direction } of tapes[0].signals) {
      const [first, second] = await Promise.all(tapes.map((tape) => tape.signal(name, { layer, direction }).read()));
      expect(second, name).toEqual(first);
    }
    two.release();
  });

  test('runs asked for together do not mix', async () => {
    const inputs = [1, 2, 3].map((seed) => drawnInputs({ ...plain, seed }));
    const together = await Promise.all(inputs.map(async (input) => (await model.run(input)).signal('h').read()));
    for (const [i, input] of inputs.entries()) expect(await (await model.run(input)).signal('h').read()).toEqual(together[i]);
  });

  test('a run called off rejects with the signal’s reason', async () => {
    const reason = new Error('the reader typed on');
    await expect(model.run(drawnInputs(plain), { abort: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('emoji, scripts from right to left, and markup are words like any other', async () => {
    const open = await engine.model({ input: { embedding: 3 }, layers: [{ cell: 'gru', hidden: 2 }] });
    const given = wordsOf('שלום 👩‍👩‍👧 <b>x</b> مرحبا &amp; 你好');
    expect(given).toContain('👩‍👩‍👧');
    const tape = await open.run({ words: given });
    expect(tape.inputs.words).toEqual([given]);
    expect(await tape.signal('h').extent()).toMatchObject({ finite: true });
  });

  test('one word is a sequence', async () => {
    const open = await engine.model({ input: { embedding: 3 }, layers: [{ cell: 'lstm', hidden: 2, bidirectional: true }] });
    const tape = await open.run({ words: words.slice(0, 1) });
    expect(await tape.signal('h').read()).toEqual(await tape.signal('h_n').read());
  });

  test('a released model or engine refuses to go on, and a tape goes with its engine', async () => {
    const own = await makeEngine();
    const [first, second] = [await own.model(drawnSpec(plain)), await own.model(drawnSpec(plain))];
    const tape = await second.run(drawnInputs(plain));
    first.release();
    first.release();
    await refused(first.run(drawnInputs(plain)), ReleasedError, 'model');
    own.release();
    own.release();
    expect(tape.released).toBe(true);
    await refused(own.model(drawnSpec(plain)), ReleasedError, 'engine');
    await refused(second.run(drawnInputs(plain)), ReleasedError);
    // Others on the page are not touched.
    await (await model.run(drawnInputs(plain))).signal('h').read();
  });
}
