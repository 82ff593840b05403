/** Models and runs that we saved: what comes back, what others can read, and files that only look like ours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cells, createEngine, EngineError, FormatError, initialWeights, openModel, readSafetensors, saveModel, taskNamed, writeSafetensors, type BlockSpec, type ModelSpec, type RecurrentSpec, type SavedRun, type StateDict, type Tensor } from '../../src/engine';
import { normalStream, randomStream } from '../../src/engine/math/random';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const layer: fc.Arbitrary<RecurrentSpec> = fc.record({ cell: fc.constantFrom(...cells.map(({ name }) => name)), hidden: fc.integer({ min: 2, max: 5 }), bidirectional: fc.boolean(), bias: fc.boolean(), project: fc.boolean(), gain: fc.option(finite, { nil: undefined }) }).map(({ project, gain, ...spec }) => ({
  ...spec,
  ...(gain === undefined ? {} : { gain }),
  ...(project && spec.cell.startsWith('lstm') ? { projection: spec.hidden - 1 } : {}),
}));

/** Of what a block may be told: what any width allows. */
const block: fc.Arbitrary<BlockSpec> = fc.oneof(
  fc.record({ block: fc.constant('attention'), norm: fc.constantFrom('layer', 'rms'), mlp: fc.integer({ min: 0, max: 2 }), positions: fc.constantFrom('none', 'sinusoidal'), bias: fc.boolean() }),
  fc.record({ block: fc.constant('mamba'), state: fc.integer({ min: 1, max: 3 }), frozen: fc.boolean() }),
  fc.record({ block: fc.constantFrom('min_gru', 'min_lstm'), norm: fc.constant('rms') }),
  fc.record({ block: fc.constant('norm'), kind: fc.constantFrom('layer', 'rms') }),
);

const words = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 6 });

const spec: fc.Arbitrary<ModelSpec> = fc
  .record({ recurrent: fc.array(layer, { minLength: 1, maxLength: 3 }), others: fc.array(block, { maxLength: 2 }), vocab: words, input: fc.constantFrom('vectors', 'open', 'count', 'words'), output: fc.constantFrom('none', 'classes', 'values', 'tied'), seeds: fc.array(fc.integer(), { minLength: 1, maxLength: 3 }) })
  .map(({ recurrent, others, vocab, input, output, seeds }) => {
    const last = recurrent[recurrent.length - 1]; // blocks upon it keep its width
    const said = (last.bidirectional ? 2 : 1) * (last.projection ?? last.hidden);
    const tied = output === 'tied' && (input === 'count' || input === 'words');
    return {
      input: input === 'vectors' ? { size: 3 } : { embedding: tied ? said : 3, ...(input === 'open' ? {} : { vocab: input === 'words' ? vocab : vocab.length }) },
      layers: [...recurrent, ...others],
      ...(output === 'none' ? {} : { output: output === 'values' ? { values: 2 } : { classes: vocab.length, ...(tied ? { tied } : {}) } }),
      seeds,
    };
  });

/** Other numbers in the weights' shapes. */
function like(weights: StateDict, seed: number): Map<string, Tensor<Float32Array>> {
  return new Map(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from({ length: data.length }, normalStream(randomStream(seed, name))) }]));
}

function runOf(weights: StateDict, carried?: Float32Array[][]): SavedRun {
  return {
    snapshot: { update: 1234, parameters: new Map(Object.entries(weights)) as never, slots: new Map([['exp_avg', like(weights, 1)], ['exp_avg_sq', like(weights, 2)]]), carried },
    options: { optimizer: { name: 'adam', lr: 0.1 + 0.2, beta1: 0.8 }, schedule: { name: 'cosine', updates: 9000, warmUp: 10 }, clip: 1, dropout: 0.25, frozen: ['bias_hh'], seed: -7, carryState: carried !== undefined },
    task: { name: 'keyed_latch', seed: 5, sequences: 32, settings: { distance: 20 } },
  };
}

const charm = { input: { embedding: 4, vocab: ['a', ' ', '\n'] }, layers: [{ cell: 'lstm', hidden: 3 }, { cell: 'gru', hidden: 2, bidirectional: true }], output: { classes: 3 }, seeds: [3, 8] } satisfies ModelSpec;

describe('a model that was saved', () => {
  it('opens as it was, bit for bit: any cells, blocks, layers, directions, projections, vocabularies, heads and bundles', () => {
    fc.assert(
      fc.property(spec, (given) => {
        const weights = initialWeights(given);
        const opened = openModel(saveModel({ spec: given, weights }));
        expect(opened.spec).toEqual(given);
        expect(opened.weights).toEqual(weights);
        expect([opened.unused, opened.notes, opened.run]).toEqual([[], [], undefined]);
        expect(opened.found.map(({ parameter }) => parameter)).toEqual(Object.keys(weights));
        expect(opened.vocabulary).toEqual('embedding' in given.input && typeof given.input.vocab === 'object' ? given.input.vocab : undefined);
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('has PyTorch’s names, so that without our metadata it opens just as well', () => {
    const given: ModelSpec = { input: { embedding: 5, vocab: 4 }, layers: [{ cell: 'lstm', hidden: 3, bidirectional: true, projection: 2 }, { cell: 'lstm', hidden: 3, bidirectional: true, projection: 2 }], output: { classes: 4 } };
    const weights = initialWeights(given);
    const { tensors } = readSafetensors(saveModel({ spec: given, weights }));
    expect([...tensors.keys()].slice(0, 3)).toEqual(['embedding.weight', 'rnn.weight_ih_l0', 'rnn.weight_hh_l0']);
    const theirs = openModel(writeSafetensors(tensors));
    expect(theirs.weights).toEqual(weights);
    expect(theirs.spec.output).toEqual({ classes: 4 });
  });

  it('says what it is told to say, but not under a name of its own', () => {
    const given = { ...charm, seeds: [1] };
    const weights = initialWeights(given);
    expect(openModel(saveModel({ spec: given, weights, about: { command: 'npm run gallery', seed: '1' } })).metadata).toMatchObject({ format: 'pt', command: 'npm run gallery', seed: '1', vocab: '["a"," ","\\n"]' });
    expect(() => saveModel({ spec: given, weights, about: { vocab: '' } })).toThrow('about: "vocab"');
  });

  it('leaves out what a task says of its answers besides', () => {
    const { input, output } = taskNamed('keyed_latch').make({ seed: 1, sequences: 2 });
    const given: ModelSpec = { input: { ...input, embedding: 3 }, layers: [{ cell: 'gru', hidden: 3 }], output };
    expect(openModel(saveModel({ spec: given, weights: initialWeights(given) })).spec.output).toEqual({ classes: 4 });
  });

  it('takes another vocabulary of as many words', () => {
    const file = saveModel({ spec: charm, weights: initialWeights(charm) });
    expect(openModel(file, { vocabulary: 'xyz' }).spec.input).toEqual({ embedding: 4, vocab: ['x', 'y', 'z'] });
    expect(() => openModel(file, { vocabulary: 'xy' })).toThrow('this model has 3 tokens');
  });

  it('may be one of a bundle', () => {
    const weights = initialWeights(charm);
    const { spec: alone, weights: its } = openModel(saveModel({ spec: charm, weights }, { model: 1 }));
    expect(alone).toEqual({ ...charm, seeds: [8] });
    expect(its).toEqual(initialWeights({ ...charm, seeds: [8] }));
    expect(() => saveModel({ spec: charm, weights }, { model: 2 })).toThrow('models 0 to 1');
  });
});

describe('a run that was saved', () => {
  const weights = initialWeights(charm);
  const carried = [
    [normal(2 * 1 * 5 * 3, 'h0'), normal(2 * 1 * 5 * 3, 'c0')],
    [normal(2 * 2 * 5 * 2, 'h1')],
  ];
  function normal(count: number, name: string): Float32Array {
    return Float32Array.from({ length: count }, normalStream(randomStream(1, name)));
  }

  it.each([
    ['with states that are carried', carried],
    ['without', undefined],
  ])('opens as it was: weights, optimiser, update, options, task, %s', (_, states) => {
    const run = runOf(weights, states);
    const opened = openModel(saveModel({ spec: charm, run }));
    expect(opened.run).toEqual(run);
    expect(opened.weights).toEqual(weights);
    expect(opened.unused).toEqual([]);
  });

  it('goes on, opened elsewhere, as if nothing had happened', async () => {
    const task = { name: 'keyed_latch', seed: 4, sequences: 6 };
    const options = { optimizer: { name: 'adam', lr: 0.01 }, clip: 1, dropout: 0.3, seed: 9, carryState: true };
    const made = taskNamed(task.name).make(task);
    if (!('vocab' in made.input && 'classes' in made.output)) throw new Error('the keyed latch reads and says words');
    const started: ModelSpec = { input: { embedding: 4, vocab: made.input.vocab }, layers: [{ cell: 'lstm', hidden: 3 }, { block: 'mamba', state: 2 }, { cell: 'gru', hidden: 3 }], output: { classes: made.output.classes }, seeds: [1, 2] };
    const engine = await createEngine({ device: 'cpu' });
    const trainer = await (await engine.model(started)).trainer({ task: made, ...options });
    await trainer.steps(3);
    const snapshot = await trainer.snapshot();
    const file = saveModel({ spec: started, run: { snapshot, options, task } });
    trainer.restore(snapshot); // the reference holds more digits than a snapshot
    await trainer.steps(2);
    const { spec: its, weights: saved, run } = openModel(file);
    const again = await (await engine.model(its, { weights: saved })).trainer({ task: taskNamed(run!.task!.name).make(run!.task!), ...run!.options });
    again.restore(run!.snapshot);
    await again.steps(2);
    expect(await again.snapshot()).toEqual(await trainer.snapshot());
    expect(again.updates).toBe(5);
    engine.release();
  });

  it('of a bundle may be that of one model', () => {
    const run = runOf(weights, carried);
    const { run: one, weights: its } = openModel(saveModel({ spec: charm, run }, { model: 1 }));
    const slot = run.snapshot.slots.get('exp_avg')!.get('head.bias')!;
    expect(its['head.bias'].data).toEqual(Float32Array.from(weights['head.bias'].data).slice(3));
    expect(one!.snapshot.slots.get('exp_avg')!.get('head.bias')).toEqual({ shape: [3], data: slot.data.slice(3) });
    expect(one!.snapshot.carried).toEqual(carried.map((states) => states.map((state) => state.slice(state.length / 2))));
  });

  it('is not saved with settings that no file can hold', () => {
    const run = runOf(weights);
    expect(() => saveModel({ spec: charm, run: { ...run, options: { clip: NaN } } })).toThrow('run.options.clip: it must be a number');
  });
});

describe('a file that only looks like ours is refused:', () => {
  const whole = saveModel({ spec: charm, run: runOf(initialWeights(charm)) });
  const { tensors, metadata } = readSafetensors(whole);
  const altered = (changes: Record<string, string | undefined>, without?: string) =>
    writeSafetensors(
      [...tensors].filter(([name]) => name !== without),
      Object.fromEntries(Object.entries({ ...metadata, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    );
  const model = JSON.parse(metadata['model']) as Record<string, unknown>;
  const run = JSON.parse(metadata['run']) as Record<string, unknown>;
  const withModel = (changes: object) => altered({ model: JSON.stringify({ ...model, ...changes }) });
  const withRun = (changes: object) => altered({ run: JSON.stringify({ ...run, ...changes }) });

  it.each<[string, Uint8Array, string]>([
    ['without a description', altered({ model: undefined }), 'no description'],
    ['with a description that is no JSON', altered({ model: '{' }), 'model: it is not JSON'],
    ['with a list for one', altered({ model: '[]' }), 'model: it must be an object'],
    ['with a text for its layers', withModel({ layers: 'abc' }), 'model.layers: it must be a list'],
    ['with a layer that is null', withModel({ layers: [null] }), 'model.layers[0]: it must be an object'],
    ['with a cell that is a number', withModel({ layers: [{ cell: 1, hidden: 3 }] }), 'model.layers[0].cell: it must be a text'],
    ['with a cell that there is not', withModel({ layers: [{ cell: '__proto__', hidden: 3 }] }), 'There is no cell "__proto__"'],
    ['with a block that there is not', withModel({ layers: [{ block: '__proto__' }] }), 'There is no block "__proto__"'],
    ['with a block that is a number', withModel({ layers: [{ block: 1 }] }), 'model.layers[0].block: it must be a text'],
    ['with an option that its block has not', withModel({ layers: [{ block: 'mamba', colour: 1 }] }), 'layers[0].colour: Mamba has no such option'],
    ['with an option that is a list', withModel({ layers: [{ block: 'mamba', state: [1] }] }), 'model.layers[0].state: it must be'],
    ['with heads that do not divide 2⁵³ − 1', withModel({ input: { size: 2 ** 53 - 1 }, layers: [{ block: 'attention', heads: 2 }] }), 'layers[0].heads'],
    ['with both a cell and a block', withModel({ layers: [{ cell: 'rnn', hidden: 3, block: 'norm' }] }), 'give one of them'],
    ['with 2⁵³ units', withModel({ layers: [{ cell: 'rnn', hidden: 2 ** 53 }] }), 'layers[0].hidden'],
    ['with other units than its tensors', withModel({ layers: [{ cell: 'lstm', hidden: 4 }, ...(model['layers'] as object[]).slice(1)] }), 'rnn.weight_ih_l0: expected [2, 16, 4], found [2, 12, 4]'],
    ['with a gate of the prototype', altered({ model: metadata['model'].replace('"hidden":3', '"hidden":3,"gateBias":{"__proto__":1}') }), 'no gate "__proto__"'],
    ['with a field of a later version', withModel({ colour: 1 }), '"colour" is not known here'],
    ['with 2⁵² words', withModel({ input: { embedding: 4, vocab: 2 ** 52 } }), 'embedding.weight: expected'],
    ['with as many models as no file has', withModel({ seeds: Array.from({ length: 100 }, (_, i) => i) }), 'expected [100, 3, 4]'],
    ['without a tensor that it describes', altered({}, 'rnn.weight_hh_l1_reverse'), 'rnn.weight_hh_l1_reverse: it is missing'],
    ['with an update that is none', withRun({ update: -1 }), 'run.update: -1'],
    ['with options of the wrong type', withRun({ options: { optimizer: { name: 3 } } }), 'run.options.optimizer.name: it must be a text'],
    ['with an option that is an object', withRun({ options: { optimizer: { name: 'adam', lr: {} } } }), 'run.options.optimizer.lr: it must be a number, a text'],
    ['with slots that it has not', withRun({ slots: ['exp_avg', '__proto__'] }), 'optimizer.__proto__.embedding.weight: it is missing'],
    ['with a task without a name', withRun({ task: {} }), 'run.task.name'],
    ['with a run that is no JSON', altered({ run: 'yes' }), 'run: it is not JSON'],
    ['with an optimiser’s tensor of another shape', writeSafetensors([...tensors].map(([name, tensor]) => [name, name === 'optimizer.exp_avg.head.bias' ? { shape: [6], data: tensor.data } : tensor]), metadata), 'optimizer.exp_avg.head.bias: expected [2, 3], found [6]'],
    ['with carried states of some layers only', writeSafetensors([...tensors, ['carried.l0.h', { shape: [2, 1, 1, 3], data: new Float32Array(6) }]], metadata), 'carried.l0.c: it is missing'],
    ['with no sequences carried, of the wrong width', writeSafetensors([...tensors, ['carried.l0.c', { shape: [2, 1, 1, 3], data: new Float32Array(6) }]], metadata), 'carried.l0.h: it is missing'],
  ])('%s', (_, file, message) => {
    expect(() => openModel(file)).toThrow(EngineError);
    expect(() => openModel(file)).toThrow(message);
  });

  it('cut off anywhere', () => {
    for (let length = 0; length < whole.length; length += 7) expect(() => openModel(whole.subarray(0, length)), String(length)).toThrow(FormatError);
  });

  it('and opens as anyone’s where another version wrote it', () => {
    const alone = readSafetensors(saveModel({ spec: { ...charm, layers: [charm.layers[0]], seeds: [1] }, weights: initialWeights({ ...charm, layers: [charm.layers[0]], seeds: [1] }) }));
    const opened = openModel(writeSafetensors(alone.tensors, { ...alone.metadata, rnn_heatmap: '2' }));
    expect(opened.notes[0]).toContain('another version (2)');
    expect(opened.vocabulary).toEqual(charm.input.vocab);
  });

  it('or opens, whatever bytes are changed, inserted or left out, and nothing else happens', () => {
    const header = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const change = fc.record({ at: fc.nat(header + 40), length: fc.nat(12), bytes: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.constantFrom('null', '"', '{}', '[', '-1', '1e999', '9007199254740993', '"__proto__":1,', '0').map((text) => new TextEncoder().encode(text))) });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, keepLength) => {
        let bytes = [...whole];
        for (const { at, length, bytes: put } of changes) bytes = [...bytes.slice(0, at), ...put, ...bytes.slice(at + (keepLength ? put.length : length))];
        try {
          openModel(Uint8Array.from(bytes));
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(EngineError);
        }
      }),
      { seed: 11, numRuns: 700 },
    );
    expect(refused).toBeGreaterThan(250);
  });

  it('or opens, whatever the metadata say', () => {
    const json = fc.jsonValue().map((value) => JSON.stringify(value));
    const text = fc.oneof(json, fc.string());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('model', 'run', 'vocab', 'cell', 'nonlinearity', 'alphabet', '__proto__', 'rnn.weight_ih_l0', 'toString'), text), fc.boolean(), (changes, ours) => {
        try {
          openModel({ tensors, metadata: { ...(ours ? metadata : {}), ...changes } });
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
        }
      }),
      { seed: 12, numRuns: 700 },
    );
  });
});
