// Models whose layers are of several kinds: the same gradients, matrices, twins and refusals as of recurrent ones.
import { describe, expect, test } from 'vitest';
import {
  addends,
  counterfactual,
  createEngine,
  gateProducts,
  headScores,
  influence,
  jacobianFlow,
  layerStates,
  OptionError,
  recurrentLayer,
  ShapeError,
  stateBytes,
  statesAfter,
  taskNamed,
  type LayerSpec,
  type Loss,
  type Model,
  type ModelSpec,
  type RunInputs,
  type States,
  type Tape,
} from '../../../src/engine/index';
import { normsByLosses } from '../../../src/engine/influence_by_losses';
import { checkedLoss } from '../../../src/engine/model/loss';
import { backward, type BlockGradients } from '../../../src/engine/reference/backward';
import { toEnd } from '../../../src/engine/reference/driver';
import { headLoss } from '../../../src/engine/reference/head_loss';
import { firstNonFinite } from '../../../src/engine/reference/non_finite';
import type { ProgramRecord } from '../../../src/engine/reference/ops/program';
import { rollout } from '../../../src/engine/reference/rollout';
import { isProgramRecord, layerInput, type Read, type Weights } from '../../../src/engine/reference/rollout_record';
import { readSequence } from '../../../src/engine/sequence_run';
import { differences, expectClose } from '../differences';
import { normal } from '../drawn_case';

const engine = await createEngine({ device: 'cpu' });

const small = { mlp: 1, heads: 2 } as const;
const stacks: [string, readonly LayerSpec[]][] = [
  ['LSTM + attention', [{ cell: 'lstm', hidden: 6 }, { block: 'attention', ...small, norm: 'rms' }]],
  ['Mamba + attention', [{ block: 'mamba', state: 2, conv: 3 }, { block: 'attention', ...small, positions: 'rotary', heads: 1 }]],
  ['attention + attention with positions', [{ block: 'attention', ...small, positions: 'learned', maxSteps: 8 }, { block: 'attention', heads: 2, mlp: 0 }, { block: 'norm' }]],
  ['minGRU + GRU + Mamba', [{ block: 'min_gru', norm: 'rms' }, { cell: 'gru', hidden: 4 }, { block: 'mamba', state: 2, norm: 'none' }]],
];

const words = { input: { embedding: 4, vocab: 5 }, output: { classes: 5 } } as const;
const tokens = (steps: number, sequences: number, rows = 5) => ({ shape: [steps, sequences], data: Array.from({ length: steps * sequences }, (_, i) => (i * i + 3 * i + Math.floor(i / 3)) % rows) });

/** A run's parameters, inputs and initial states in float64, to be moved by less than float32 can tell. */
function widened(tape: Tape): { parameters: Weights; read: Read } {
  const { inputs, model } = tape;
  const parameters: Weights = new Map([...model.parameters].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]));
  const source = inputs.source.kind === 'rows' ? { ...inputs.source, table: parameters.get('embedding.weight')!.data } : { kind: 'vectors' as const, x: Float64Array.from(inputs.source.x) as never };
  return { parameters, read: { ...inputs, source, initial: inputs.initial.map((states) => states.map((values) => values && Float64Array.from(values))) } };
}

/** [M] the cross-entropy of what follows, by the head alone; gradients are thrown away. */
function lossThroughHead(tape: Tape, parameters: Weights, read: Read, loss: Loss): number[] {
  const { shape } = tape.model;
  const checked = checkedLoss(shape, tape.inputs, loss);
  if (checked.kind !== 'cross-entropy') throw new Error('no loss of its own');
  const record = toEnd(rollout(shape, parameters, read));
  const none = new Map([...parameters].map(([name, { data }]) => [name, { data: new Float64Array(data.length) }]));
  const width = shape.layers.at(-1)!.width;
  const head = { classes: checked.targets, values: undefined, asked: checked.count, labelSmoothing: 0 };
  return [...toEnd(headLoss(shape, parameters, read, head, layerInput(shape, read, record, shape.layers.length), none, new Float64Array(shape.seeds.length * read.steps * read.sequences * width))).loss];
}

describe.each(stacks)('%s', (_, layers) => {
  test('its gradients are central differences of the loss, through head and embedding (rung 2)', async () => {
    const model = await engine.model({ ...words, layers, seeds: [1, 2] });
    const tape = await model.run({ tokens: tokens(5, 2), lengths: [5, 3] });
    const loss = { nextToken: 'all' } as const;
    const { parameters, read } = widened(tape);
    const again = () => lossThroughHead(tape, parameters, read, loss);
    const found = await tape.backward(loss);
    expectClose([...found!], again(), 'loss');
    const gradients = await tape.gradients();
    expect([...gradients.keys()]).toEqual([...model.parameters.keys()]);
    for (const [name, { data }] of parameters) expectClose(gradients.get(name)!.data, differences(data as Float64Array, 2, true, again), name);
    model.release();
  });

  test('what reaches its input and the states it started from are central differences too', async () => {
    const model = await engine.model({ input: { size: 4 }, layers, seed: 3 });
    const before = await model.run({ x: normal([2, 2, 4], 1, 'before') });
    const states = await statesAfter(before);
    const tape = await model.run({ x: normal([3, 2, 4], 2, 'x'), states });
    expect(tape.inputs.first).toBe(layers.some(({ block }) => block === 'attention') ? 2 : 0);
    const width = model.shape.layers.at(-1)!.width;
    const d_y = normal([3, 2, width], 3, 'R');
    const d_states = model.shape.layers.map((layer, k) => Object.fromEntries(layerStates(layer).map(({ name }) => [name, normal([1, ...tape.signal(`${name}_n`, { layer: k }).shape.slice(1)], 4 + k, name)])));
    await tape.backward({ d_y, d_states });
    const { parameters, read } = widened(tape);
    const again = () => {
      const record = toEnd(rollout(model.shape, parameters, read));
      const output = layerInput(model.shape, read, record, layers.length);
      let sum = 0;
      const row = new Float64Array(width);
      for (let t = 0; t < 3; t++) {
        for (let b = 0; b < 2; b++) {
          output(0, t, b, row);
          row.forEach((value, i) => (sum += value * d_y.data[(t * 2 + b) * width + i]));
        }
      }
      record.forEach((layer, k) => {
        layerStates(model.shape.layers[k]).forEach(({ name }, s) => {
          const last = isProgramRecord(layer) ? layer.final.get(name)! : layer[0].states[s].subarray((2 / 3) * layer[0].states[s].length);
          last.forEach((value, i) => (sum += value * d_states[k][name].data[i]));
        });
      });
      return [sum];
    };
    expectClose(await tape.signal('d_x', { layer: 0 }).read(), differences((read.source as unknown as { x: Float64Array }).x, 1, true, again), 'd_x');
    for (const [k, layer] of model.shape.layers.entries()) {
      for (const [s, { name }] of layerStates(layer).entries()) {
        expectClose(await tape.signal(`d_${name}0`, { layer: k }).read(), differences(read.initial[k][s] as Float64Array, 1, true, again), `d_${name}0 of layer ${k}`);
      }
    }
    model.release();
  });

  // States pass through float32 on their way from one step to the next: half a unit in its last place at each.
  test('word by word it says what it says of all words at once', async () => {
    const model = await engine.model({ ...words, layers, seeds: [1, 2] });
    const all = tokens(7, 2);
    const whole = await model.run({ tokens: all });
    const logits = (await headScores(whole)).data;
    let states: States | undefined;
    for (let t = 0; t < 7; t++) {
      const tape: Tape = await model.run({ tokens: { shape: [1, 2], data: all.data.slice(2 * t, 2 * t + 2) }, states });
      const { data } = await headScores(tape);
      for (let m = 0; m < 2; m++) {
        const expected = logits.subarray((m * 7 + t) * 10, (m * 7 + t + 1) * 10);
        data.subarray(m * 10, (m + 1) * 10).forEach((value, i) => expect(Math.abs(value - expected[i]), `step ${t}, model ${m}`).toBeLessThan(1e-6));
      }
      states = await statesAfter(tape);
      tape.release();
    }
    const bytes = states!.flatMap((ofLayer) => Object.values(ofLayer!)).reduce((sum, { data }) => sum + 4 * data.length, 0);
    expect(bytes).toBe(2 * 2 * stateBytes(model.shape, 7));
    model.release();
  });

  test('who feels whom is what central differences say, and nobody feels what is later', async () => {
    const model = await engine.model({ input: { size: 3 }, layers: [{ cell: 'rnn', hidden: 4 }, ...layers], seeds: [5, 6] });
    const x = normal([5, 2, 3], 7, 'x');
    const tape = await model.run({ x, lengths: [5, 4] });
    const place = { model: 1, sequence: 1 };
    const { values, log10, causal, steps } = await influence(tape, place);
    const ofUnit = await influence(tape, { ...place, unit: 2 });
    expect([causal, steps]).toEqual([true, 4]);
    const width = model.shape.layers.at(-1)!.width;
    const { parameters, read } = widened(tape);
    const wide = (read.source as unknown as { x: Float64Array }).x;
    const outputs = () => {
      const record = toEnd(rollout(model.shape, parameters, read));
      const output = layerInput(model.shape, read, record, model.shape.layers.length);
      const all = new Float64Array(4 * width);
      for (let t = 0; t < 4; t++) output(1, t, 1, all.subarray(t * width, (t + 1) * width));
      return all;
    };
    for (let s = 0; s < 4; s++) {
      const columns = [0, 1, 2].map((i) => {
        const at = (s * 2 + 1) * 3 + i;
        const kept = wide[at];
        wide[at] = kept + 1e-5;
        const above = outputs();
        wide[at] = kept - 1e-5;
        const below = outputs();
        wide[at] = kept;
        return above.map((value, j) => (value - below[j]) / 2e-5);
      });
      for (let t = 0; t < 4; t++) {
        const slopes = columns.map((column) => column.subarray(t * width, (t + 1) * width));
        const norm = Math.hypot(...slopes.flatMap((slope) => [...slope]));
        const [found, found2] = [values[t * 4 + s], ofUnit.values[t * 4 + s]];
        if (s > t) {
          expect([found, log10[t * 4 + s], found2]).toEqual([0, -Infinity, 0]);
          continue;
        }
        expect(Math.abs(found - norm)).toBeLessThan(1e-7 * Math.max(norm, 1e-3));
        expect(Math.abs(found2 - Math.hypot(...slopes.map((slope) => slope[2])))).toBeLessThan(1e-7 * Math.max(norm, 1e-3));
        expect(log10[t * 4 + s]).toBeCloseTo(Math.log10(found), 10);
      }
    }
    model.release();
  });

  test('along a run that goes on from another, who feels whom is the later part of the whole', async () => {
    const model = await engine.model({ input: { size: 4 }, layers, seeds: [1, 2] });
    const x = normal([6, 2, 4], 8, 'x');
    const whole = await influence(await model.run({ x }), { model: 1, sequence: 1 });
    const before = await model.run({ x: { shape: [2, 2, 4], data: x.data.slice(0, 16) } });
    const { values } = await influence(await model.run({ x: { shape: [4, 2, 4], data: x.data.slice(16) }, states: await statesAfter(before) }), { model: 1, sequence: 1 });
    // The states went through float32.
    for (let t = 0; t < 4; t++) for (let s = 0; s <= t; s++) expect(Math.abs(values[t * 4 + s] - whole.values[(t + 2) * 6 + s + 2]), `${t}, ${s}`).toBeLessThan(1e-5 * Math.max(...whole.values));
    model.release();
  });

  test('a twin differs from the swapped word on, not before', async () => {
    const model = await engine.model({ input: { embedding: 4, vocab: ['a', 'b', 'c'] }, layers, output: { classes: 3 } });
    const { difference, final, steps, units, scores } = await counterfactual(model, ['a', 'b', 'c', 'a', 'b'], { position: 2, word: 'a' });
    const rows = Array.from({ length: steps }, (_row, t) => difference.subarray(t * units, (t + 1) * units));
    expect(rows.slice(0, 2).every((row) => row.every((value) => value === 0))).toBe(true);
    expect(rows.slice(2).every((row) => row.some((value) => value !== 0))).toBe(true);
    expect(final.map(({ state }) => state)).toEqual(layerStates(model.shape.layers.at(-1)!).map(({ name }) => name));
    expect(scores!.logits[0]).not.toEqual(scores!.logits[1]);
    model.release();
  });
});

test('recurrent layers by losses are what they are by their Jacobians', async () => {
  const layers: LayerSpec[] = [{ cell: 'lstm', hidden: 5, projection: 3, bidirectional: true }, { cell: 'gru_reset_before', hidden: 4 }];
  const model = await engine.model({ input: { size: 3 }, layers, seeds: [1, 2] });
  const tape = await model.run({ x: normal([6, 3, 3], 1, 'x'), lengths: [6, 4, 5], h0: [normal([2, 3, 3], 2, 'h0'), undefined] });
  for (const place of [{ layer: 1, model: 1, sequence: 1 }, { layer: 0, model: 0, sequence: 2 }]) {
    const { values } = await influence(tape, place);
    const run = toEnd((await readSequence(tape, place))());
    const byLosses = toEnd(normsByLosses(run, undefined, false)).values;
    byLosses.forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(1e-12 * Math.max(values[i], 1e-3)));
  }
});

test('heads have their weights apart in attn, a row of every head for every step so far', async () => {
  const model = await engine.model({ input: { size: 4 }, layers: [{ block: 'attention', heads: 2 }] });
  const before = await model.run({ x: normal([2, 1, 4], 1, 'x') });
  const tape = await model.run({ x: normal([3, 1, 4], 2, 'x'), states: await statesAfter(before) });
  const attn = tape.signal('attn');
  expect(attn).toMatchObject({ shape: [1, 3, 1, 2 * 5], kind: 'gate', range: [0, 1], groups: { of: 'head', count: 2 } });
  const values = Float64Array.from(await attn.read());
  for (let t = 0; t < 3; t++) {
    for (let head = 0; head < 2; head++) {
      const row = values.subarray((t * 2 + head) * 5, (t * 2 + head + 1) * 5);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(row.every((value, s) => (s <= 2 + t ? value > 0 : value === 0))).toBe(true);
    }
  }
});

test('what a layer keeps for decoding: a cache that grows, a state that does not', async () => {
  const of = async (layer: LayerSpec, steps: number) => stateBytes((await engine.model({ input: { size: 64 }, layers: [layer] })).shape, steps);
  expect(await of({ block: 'attention', heads: 4 }, 0)).toBe(0);
  expect(await of({ block: 'attention', heads: 4 }, 4096)).toBe(4096 * 2 * 64 * 4);
  for (const steps of [1, 4096]) {
    expect(await of({ block: 'mamba' }, steps)).toBe(4 * 128 * (16 + 4));
    expect(await of({ cell: 'lstm', hidden: 64 }, steps)).toBe(4 * 2 * 64);
  }
});

test('each of a bundle starts as it would alone, and from the published distributions', async () => {
  const spec: ModelSpec = { input: { size: 16 }, layers: [{ block: 'mamba' }, { block: 'attention', heads: 2 }] };
  const bundle = await engine.model({ ...spec, seeds: [1, 2] });
  const alone = await engine.model({ ...spec, seed: 2 });
  for (const [name, { data }] of alone.parameters) expect(bundle.parameters.get(name)!.data.subarray(data.length), name).toEqual(data);
  const of = (name: string) => alone.parameters.get(name)!.data;
  expect([...of('layers.0.mixer.A_log').subarray(0, 3)]).toEqual([0, Math.fround(Math.log(2)), Math.fround(Math.log(3))]);
  expect(of('layers.0.mixer.dt_proj.bias').every((bias) => Math.log1p(Math.exp(bias)) > 0.00099 && Math.log1p(Math.exp(bias)) < 0.101)).toBe(true);
  expect(of('layers.1.self_attn.in_proj_bias').every((bias) => bias === 0)).toBe(true);
  expect(Math.max(...of('layers.1.self_attn.in_proj_weight'))).toBeLessThan(Math.sqrt(6 / 64));
});

describe('what cannot be is refused with the thing and the remedy:', () => {
  const refused = async (act: () => unknown, kind: typeof OptionError | typeof ShapeError, ...said: string[]) => {
    const error = await Promise.resolve()
      .then(act)
      .then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
    expect(error).toBeInstanceOf(kind);
    for (const part of said) expect(error!.message).toContain(part);
  };
  const model = async (...layers: LayerSpec[]): Promise<Model> => engine.model({ input: { size: 4 }, layers });
  const x = (steps: number, sequences = 1): RunInputs => ({ x: normal([steps, sequences, 4], 1, 'x') });

  test('descriptions', async () => {
    await refused(() => model({ block: 'attention', heads: 3 }), OptionError, 'layers[0].heads', '1, 2, 4');
    await refused(() => model({ cell: 'lstm', hidden: 4 }, { block: 'mamba', states: 3 }), OptionError, 'layers[1].states', 'state,');
    await refused(() => model({ block: 'transformer' }), OptionError, 'attention, mamba');
    await refused(() => model({ block: 'mamba', cell: 'lstm', hidden: 3 } as never), OptionError, 'give one of them');
  });

  test('parameters: an A that is not negative', async () => {
    const made = await engine.model({ input: { size: 12 }, layers: [{ block: 'selective_scan', state: 3, gate: false }] });
    const weights = Object.fromEntries(made.parameters);
    const A = { shape: weights['layers.0.A'].shape, data: Array.from(weights['layers.0.A'].data).with(4, 0) };
    await refused(() => made.setParameters({ ...weights, 'layers.0.A': A }), OptionError, 'layers.0.A', 'entry 4', 'less than 0');
  });

  test('more steps than positions, also step by step', async () => {
    const made = await model({ block: 'attention', positions: 'learned', maxSteps: 4 });
    await refused(() => made.run(x(5)), OptionError, 'layers[0]', '4 positions', 'rotary');
    const states = await statesAfter(await made.run(x(4)));
    await refused(() => made.run({ ...x(1), states }), OptionError, '5 steps', '4 positions');
  });

  test('states that do not fit', async () => {
    const made = await model({ block: 'attention' }, { cell: 'lstm', hidden: 4 }, { block: 'attention' });
    const states = await statesAfter(await made.run(x(3)));
    await refused(() => made.run({ ...x(1), states: states.slice(1) }), ShapeError, 'each of 3 layers');
    await refused(() => made.run({ ...x(1), states: [states[0], states[1], undefined] }), OptionError, 'layer 2 has no k', 'layer 0 has k');
    await refused(() => made.run({ ...x(1), states: [states[0], { z: states[1]!.h }, states[2]] }), OptionError, 'layer 1', 'no state z', 'h, c');
    await refused(() => made.run({ ...x(1, 2), states }), ShapeError, 'k of layer 0', '[1, 2, 3, 4]');
    await refused(() => made.run({ ...x(1), states, h0: [undefined, undefined, undefined] }), OptionError, 'give one of the two');
    const uneven = await made.run({ ...x(3, 2), lengths: [3, 2] });
    await refused(() => statesAfter(uneven), OptionError, 'layer 0', 'run them apart');
    const both = await (await model({ cell: 'gru', hidden: 4, bidirectional: true })).run(x(2));
    await refused(() => statesAfter(both), OptionError, 'layer 0 reads from the end');
    const mamba = await model({ block: 'mamba' });
    await refused(async () => (await mamba.run(x(2))).backward({ d_states: [{ c: normal([1, 1, 4], 1, 'c') }] }), OptionError, 'no state c', 'conv, h');
  });

  test('analyses of a cell, for layers that have none', async () => {
    const tape = await (await model({ cell: 'lstm', hidden: 4 }, { block: 'mamba' })).run(x(3));
    await refused(() => addends(tape, { step: 0, unit: 0, gate: 'f' }), OptionError, 'layer 1 is Mamba', 'signals');
    await refused(() => jacobianFlow(tape), OptionError, 'layer 1 is Mamba', 'use influence');
    await refused(() => gateProducts(tape), OptionError, 'layer 1 is Mamba', 'decay');
    await refused(() => recurrentLayer(tape.model.shape, 1, 'and so on'), OptionError, 'layer 1 is Mamba', 'and so on');
    expect((await addends(tape, { layer: 0, step: 0, unit: 0, gate: 'f' })).terms.length).toBe(10);
  });

  test('carrying on, from batch to batch, what grows', async () => {
    const task = taskNamed('dyck').make({ seed: 1, sequences: 2 });
    if (!('vocab' in task.input && 'classes' in task.output)) throw new Error('brackets are words');
    const made = await engine.model({ input: { embedding: 4, vocab: task.input.vocab }, layers: [{ block: 'mamba' }, { block: 'attention' }], output: { classes: task.output.classes } });
    await refused(() => made.trainer({ task, carryState: true }), OptionError, 'layer 1, Attention', 'leave carryState out');
    await refused(() => made.trainer({ task, frozen: ['in_proj.weight'] }), OptionError, 'layers.0.mixer.in_proj.weight');
    (await made.trainer({ task, frozen: ['mixer.A_log'] })).release();
  });
});

describe('training', () => {
  test('two attention layers learn to recall pairs, to a loss that is stated (rung 5)', async () => {
    const task = taskNamed('multi_query_recall').make({ seed: 1, sequences: 16, settings: { pairs: 2, keys: 4, values: 4 } });
    if (!('vocab' in task.input && 'classes' in task.output)) throw new Error('pairs are words');
    using model = await engine.model({ input: { embedding: 16, vocab: task.input.vocab }, layers: [{ block: 'attention', heads: 2, positions: 'learned', maxSteps: 6, mlp: 2 }, { block: 'attention', heads: 2, mlp: 2 }], output: { classes: task.output.classes }, seed: 1 });
    using trainer = await model.trainer({ task, optimizer: { name: 'adam', lr: 1e-2 }, clip: 1 });
    const first = await trainer.steps(1);
    const last = await trainer.steps(199);
    expect(first.loss[0]).toBeGreaterThan(2);
    expect(last.loss[0]).toBeLessThan(0.05);
    expect(last.accuracy![0]).toBe(1);
  });

  test('the first numbers that are none are named by their tensor and step, in the order of the computation', async () => {
    const model = await engine.model({ ...words, layers: [{ cell: 'gru', hidden: 4 }, { block: 'mamba', state: 2 }] });
    const tape = await model.run({ tokens: tokens(5, 2) });
    const inputs = tape.inputs;
    const record = toEnd(rollout(model.shape, model.parameters, inputs));
    const gradients = toEnd(backward(model.shape, model.parameters, inputs, record, checkedLoss(model.shape, inputs, { nextToken: 'all' })));
    const found = () => firstNonFinite(model.shape, model.parameters, inputs, record, gradients);
    expect(found()).toEqual({ tensor: 'loss' });
    const [left, back] = [record[1] as ProgramRecord, gradients.layers[1] as BlockGradients];
    const bad = (tensors: ReadonlyMap<string, Float64Array>, name: string, step: number) => tensors.get(name)!.fill(NaN, (step * tensors.get(name)!.length) / 5);
    bad(back.program.tensors, 'u', 3);
    expect(found()).toEqual({ tensor: 'd_u of layer 1', step: 4 });
    bad(back.program.tensors, 'scanned', 1);
    expect(found()).toEqual({ tensor: 'd_scanned of layer 1', step: 4 });
    bad(left.tensors, 'scanned', 2);
    expect(found()).toEqual({ tensor: 'scanned of layer 1', step: 2 });
    bad(left.tensors, 'uz', 3);
    expect(found()).toEqual({ tensor: 'uz of layer 1', step: 3 });
  });
});
