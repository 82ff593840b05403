/** What either engine promises its caller, as one suite: refusals, lifetimes, signals. Each engine's test file runs it. */
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { cells, LimitError, NonFiniteError, OptionError, OutOfMemoryError, ReleasedError, ShapeError, UnknownSignalError, wordsOf, type Engine, type EngineError, type Model, type ModelSpec, type RunInputs, type Tape } from '../../src/engine/index';
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
