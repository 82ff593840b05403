/** What training promises on either engine, as one suite: what is learned, kept, given back and refused. Each engine's test file runs it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DivergedError, LARGEST_RATE, LimitError, OptionError, ReleasedError, ShapeError, type Engine, type Model, type ModelSpec, type Parameters, type Snapshot, type Tally, type Trainer, type TrainerOptions } from '../../../src/engine/index';
import { normal } from '../drawn_case';
import { echo, echoSpec } from './echo';
import { refused } from './refused';

/** @param close - how far numbers of a size of about 1 may be apart that two orders of summation lead to, after a few updates */
export function trainingClaims(makeEngine: () => Promise<Engine>, close: number): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await makeEngine();
  });
  afterAll(() => engine.release());

  const adam = { name: 'adam', lr: 0.02 };
  async function begin(options: Partial<TrainerOptions> = {}, spec: ModelSpec = echoSpec()): Promise<{ model: Model; trainer: Trainer }> {
    const model = await engine.model(spec);
    return { model, trainer: await model.trainer({ task: echo(), optimizer: adam, ...options }) };
  }

  /** What `count` updates lead to. */
  async function trained(count: number, options: Partial<TrainerOptions> = {}, spec?: ModelSpec): Promise<Snapshot & { tallies: readonly Tally[] }> {
    const { model, trainer } = await begin(options, spec);
    await trainer.steps(count);
    const snapshot = await trainer.snapshot();
    model.release();
    return { ...snapshot, tallies: trainer.tallies };
  }

  function expectAlike(found: Parameters, expected: Parameters, apart = close): void {
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [name, { shape, data }] of expected) {
      expect(found.get(name)!.shape, name).toEqual(shape);
      const largest = found.get(name)!.data.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0);
      expect(largest, name).toBeLessThanOrEqual(apart);
    }
  }

  describe('what is learned', () => {
    test('a GRU learns to say the token before, to a loss that is stated (rung 5)', async () => {
      const { tallies } = await trained(120);
      expect(tallies.map(({ update }) => update)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
      expect(tallies[0].loss[0]).toBeCloseTo(1.423668, 3);
      expect(tallies[119].loss[0]).toBeCloseTo(0.015589, 3);
      expect(tallies[119].accuracy![0]).toBe(1);
      expect(tallies[119]).toMatchObject({ rate: 0.02, tokens: 48, finite: [true] });
    });

    test('each of a bundle learns what it would alone', async () => {
      const options = { carryState: true, clip: 0.3, dropout: 0 };
      const layers = [{ cell: 'lstm', hidden: 5 }, { cell: 'gru', hidden: 4 }];
      const both = await trained(4, options, echoSpec({ layers, seed: undefined, seeds: [3, 8] }));
      for (const [m, seed] of [3, 8].entries()) {
        const alone = await trained(4, options, echoSpec({ layers, seed }));
        const own: Parameters = new Map([...both.parameters].map(([name, { shape, data }]) => [name, { shape: shape.slice(1), data: data.slice((m * data.length) / 2, ((m + 1) * data.length) / 2) }]));
        expectAlike(own, alone.parameters);
        expect(both.tallies.every(({ loss }, i) => Math.abs(loss[m] - alone.tallies[i].loss[0]) < close)).toBe(true);
        expect(both.tallies[3].accuracy![m]).toBe(alone.tallies[3].accuracy![0]);
      }
    });

    test('several batches make the update of one that holds them all', async () => {
      const { batch } = echo();
      const wide = {
        batch(k: number) {
          const [one, other] = [batch(2 * k), batch(2 * k + 1)];
          const beside = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from({ length: 6 }, (_, t) => [...Array.from(a).slice(8 * t, 8 * t + 8), ...Array.from(b).slice(8 * t, 8 * t + 8)]).flat();
          return { inputs: { tokens: { shape: [6, 16], data: beside(one.inputs.tokens.data, other.inputs.tokens.data) } }, targets: { classes: { shape: [6, 16], data: beside(one.targets.classes.data, other.targets.classes.data) } } };
        },
      };
      const [together, apart] = [await trained(3, { task: wide }), await trained(3, { accumulate: 2 })];
      expectAlike(apart.parameters, together.parameters);
      expect(apart.tallies[2].loss[0]).toBeCloseTo(together.tallies[2].loss[0], 5);
      expect(apart.tallies[2].accuracy![0]).toBeCloseTo(together.tallies[2].accuracy![0], 6);
      expect(apart.tallies[2].tokens).toBe(together.tallies[2].tokens);
    });

    test('numbers are learned by their squared error, where they are asked for', async () => {
      const task = { batch: (k: number) => ({ inputs: { x: normal([5, 4, 2], k, 'x') }, targets: { values: { shape: [5, 4, 1], data: Array.from({ length: 20 }, () => 0.5) }, asked: { shape: [5, 4], data: Array.from({ length: 20 }, (_, row) => row % 2) } } }) };
      const { tallies } = await trained(60, { task }, { input: { size: 2 }, layers: [{ cell: 'lstm', hidden: 4 }], output: { values: 1 }, seed: 2 });
      expect(tallies[59].loss[0]).toBeLessThan(tallies[0].loss[0] / 50);
      expect(tallies[59].accuracy).toBeUndefined();
    });

    test('with carried state the next batch goes on where the last one ended', async () => {
      const words = Array.from({ length: 8 }, (_, i) => (i * 3) % 4);
      const part = (from: number, steps: number) => ({ inputs: { tokens: { shape: [steps, 1], data: words.slice(from, from + steps) } }, targets: { classes: { shape: [steps, 1], data: words.slice(from, from + steps) } } });
      const slow = { optimizer: { name: 'sgd', lr: 1e-12 } };
      const halves = await trained(2, { ...slow, carryState: true, task: { batch: (k) => part(4 * (k % 2), 4) } });
      const whole = await trained(1, { ...slow, task: { batch: () => part(0, 8) } });
      const mean = (halves.tallies[0].loss[0] + halves.tallies[1].loss[0]) / 2;
      expect(mean).toBeCloseTo(whole.tallies[0].loss[0], 6);
      const forgetful = await trained(2, { ...slow, task: { batch: (k) => part(4 * (k % 2), 4) } });
      expect(Math.abs(forgetful.tallies[1].loss[0] - halves.tallies[1].loss[0])).toBeGreaterThan(1e-3);
    });

    test('what is frozen stays, to the bit, and does not count in the norm', async () => {
      const spec = echoSpec();
      const start = await engine.model(spec);
      const free = await trained(1, {}, spec);
      const frozen = await trained(3, { frozen: ['bias_hh', 'embedding.weight'], optimizer: { name: 'adamw', lr: 0.1, weightDecay: 0.5 } }, spec);
      for (const [name, { data }] of frozen.parameters) {
        const same = data.every((value, i) => value === start.parameters.get(name)!.data[i]);
        expect(same, name).toBe(/bias_hh|embedding/.test(name));
      }
      expect(frozen.tallies[0].gradientNorm[0]).toBeLessThan(free.tallies[0].gradientNorm[0]);
      start.release();
    });

    test('clipping shortens what is too long, by norm or entry by entry, and says how long it was', async () => {
      const descent = { optimizer: { name: 'sgd', lr: 1 } };
      const gradientOf = async (options: Partial<TrainerOptions>) => {
        const { slots, tallies } = await trained(1, { ...descent, ...options });
        return { values: [...slots.get('momentum_buffer')!.values()].flatMap(({ data }) => [...data]), norm: tallies[0].gradientNorm[0] };
      };
      const plain = await gradientOf({});
      expect(plain.norm).toBeCloseTo(Math.hypot(...plain.values), 5);
      const clipped = await gradientOf({ clip: plain.norm / 2 });
      expect(clipped.norm).toBeCloseTo(plain.norm, 6);
      clipped.values.forEach((value, i) => expect(Math.abs(value - plain.values[i] / 2)).toBeLessThan(1e-5));
      const cut = await gradientOf({ clipValue: 0.01 });
      cut.values.forEach((value, i) => expect(Math.abs(value - Math.max(-0.01, Math.min(0.01, plain.values[i])))).toBeLessThan(1e-7));
      expect(plain.values.some((value) => Math.abs(value) > 0.01)).toBe(true);
      expectAlike((await trained(1, { ...descent, clip: 2 * plain.norm })).parameters, (await trained(1, descent)).parameters, 0);
    });

    test('what is dropped between layers follows from seed and update, and two runs drop the same', async () => {
      const still = { optimizer: { name: 'sgd', lr: 1e-12 }, task: { batch: () => echo().batch(0) } };
      const spec = echoSpec({ layers: [{ cell: 'gru', hidden: 16 }, { cell: 'gru', hidden: 8 }] });
      const losses = async (options: Partial<TrainerOptions>) => (await trained(3, { ...still, ...options }, spec)).tallies.map(({ loss }) => loss[0]);
      const [plain, dropped, again, other] = [await losses({}), await losses({ dropout: 0.5 }), await losses({ dropout: 0.5 }), await losses({ dropout: 0.5, seed: 1 })];
      expect(new Set(plain.map((loss) => loss.toFixed(6))).size).toBe(1);
      expect(dropped).toEqual(again);
      expect(new Set([...dropped, ...other].map((loss) => loss.toFixed(6))).size).toBe(6);
      // Nothing comes after the last layer: one layer alone drops nothing.
      const [alone, aloneDropped] = [await trained(2, {}), await trained(2, { dropout: 0.5 })];
      expectAlike(aloneDropped.parameters, alone.parameters, 0);
    });

    test('labels that are smoothed keep the loss above its least', async () => {
      const { tallies } = await trained(120, { labelSmoothing: 0.2 });
      const least = -0.85 * Math.log(0.85) - 3 * 0.05 * Math.log(0.05); // the entropy of the smoothed target
      expect(tallies[119].loss[0]).toBeGreaterThan(least);
      expect(tallies[119].loss[0]).toBeLessThan(least + 0.1);
      expect(tallies[119].accuracy![0]).toBe(1);
    });

    test('the rate follows the schedule', async () => {
      const { tallies } = await trained(5, { schedule: { name: 'cosine', updates: 4, warmUp: 2, floor: 0.5 } });
      tallies.forEach(({ rate }, i) => expect(rate / 0.02).toBeCloseTo([0.5 * (0.75 + 0.25 * Math.SQRT1_2), 0.75, 0.75 - 0.25 * Math.SQRT1_2, 0.5, 0.5][i], 12));
    });
  });

  describe('what is kept', () => {
    test('a restored snapshot goes on as if training had not stopped, in another model too', async () => {
      const options = { carryState: true, dropout: 0.2, optimizer: { name: 'rmsprop', momentum: 0.5 } };
      const spec = echoSpec({ layers: [{ cell: 'lstm', hidden: 6 }, { cell: 'gru', hidden: 5 }] });
      const { model, trainer } = await begin(options, spec);
      await trainer.steps(5);
      const half = await trainer.snapshot();
      expect(half.update).toBe(5);
      await trainer.steps(5);
      const end = await trainer.snapshot();
      trainer.restore(half);
      expect(trainer.updates).toBe(5);
      expect(trainer.tallies.length).toBe(5);
      await trainer.steps(5);
      expectAlike((await trainer.snapshot()).parameters, end.parameters);
      expect(trainer.tallies.map(({ update }) => update)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      const { model: other, trainer: resumed } = await begin(options, { ...spec, seed: 77 });
      resumed.restore(half);
      await resumed.steps(5);
      const snapshot = await resumed.snapshot();
      expectAlike(snapshot.parameters, end.parameters);
      expectAlike(snapshot.slots.get('square_avg')!, end.slots.get('square_avg')!);
      snapshot.carried!.flat().forEach((values, i) => values.forEach((value, j) => expect(Math.abs(value - end.carried!.flat()[i][j])).toBeLessThan(close)));
      for (const each of [model, other]) each.release();
    });

    test('a reset goes back to the start, and forgets', async () => {
      const { model, trainer } = await begin();
      const start = trainer.lastGood;
      const { loss } = await trainer.steps(3);
      trainer.reset();
      expect(trainer.updates).toBe(0);
      expect(trainer.tallies).toEqual([]);
      expect(trainer.lastGood).toBe(start);
      expectAlike(model.parameters, start.parameters, 0);
      expect((await trainer.steps(3)).loss).toEqual(loss);
      model.release();
    });

    test('updates that were under way when a snapshot is restored leave no trace', async () => {
      const { model, trainer } = await begin();
      trainer.queue(5);
      trainer.reset();
      trainer.queue(2);
      await trainer.idle();
      expect((await trainer.collect()).map(({ update }) => update)).toEqual([1, 2]);
      const found = await trainer.snapshot();
      expect(found.update).toBe(2);
      expectAlike(found.parameters, (await trained(2)).parameters, 0);
      model.release();
    });

    test('the model has the weights of the last snapshot, and a run brings them up to date', async () => {
      const { model, trainer } = await begin();
      const before = model.parameters;
      await trainer.steps(2);
      expect(model.parameters).toBe(before);
      const tape = await model.run({ tokens: { shape: [2, 1], data: [1, 2] } });
      expect(model.parameters).not.toBe(before);
      expectAlike(tape.parameters, (await trained(2)).parameters, 0);
      expect(model.parameters).toBe(tape.parameters);
      model.release();
    });

    test('a tape that is refreshed has the numbers of the weights as they are, gradients included', async () => {
      const { model, trainer } = await begin();
      const inputs = { tokens: { shape: [3, 2], data: [1, 2, 3, 0, 1, 2] } };
      const tape = await model.run(inputs);
      await tape.backward({ unit: 1, step: 2 });
      const held = tape.signal('h');
      const before = await held.read();
      await trainer.steps(3);
      await tape.refresh();
      const fresh = await model.run(inputs);
      await fresh.backward({ unit: 1, step: 2 });
      expect(await held.read()).toEqual(await fresh.signal('h').read());
      expect(await held.read()).not.toEqual(before);
      expect(await tape.signal('d_x').read()).toEqual(await fresh.signal('d_x').read());
      tape.release();
      await refused(tape.refresh(), ReleasedError, 'tape');
      model.release();
    });

    test('a second trainer, or other weights, end the first', async () => {
      const { model, trainer } = await begin();
      await trainer.steps(2);
      const second = await model.trainer({ task: echo(), optimizer: adam });
      await refused(() => trainer.queue(1), ReleasedError, 'trainer');
      expectAlike(second.lastGood.parameters, (await trained(2)).parameters, 0); // it goes on from where the first one was
      await second.steps(1);
      model.setParameters(Object.fromEntries(second.lastGood.parameters));
      await refused(second.steps(1), ReleasedError, 'trainer');
      expectAlike(model.parameters, second.lastGood.parameters, 0);
      model.release();
      await refused(model.trainer({ task: echo() }), ReleasedError, 'model');
    });

    test('options that do not fit leave the trainer there is', async () => {
      const { model, trainer } = await begin();
      await refused(model.trainer({ task: echo(), optimizer: { name: 'adam', lr: 1e9 } }), OptionError, 'lr');
      await refused(model.trainer({ task: echo({ vocab: 9 }) }), OptionError, 'tokens');
      await trainer.steps(1);
      model.release();
    });
  });

  describe('what is refused', () => {
    test('a snapshot of another optimiser, another model, or other states', async () => {
      const { model, trainer } = await begin();
      await refused(() => trainer.restore({ ...trainer.lastGood, slots: new Map() }), OptionError, 'snapshot', 'nothing', 'exp_avg');
      await refused(() => trainer.restore({ ...trainer.lastGood, update: -1 }), OptionError, '-1');
      await refused(() => trainer.restore({ ...trainer.lastGood, carried: [[new Float32Array(3)]] }), ShapeError, 'carried', '3 values');
      const { model: other, trainer: wide } = await begin({}, echoSpec({ layers: [{ cell: 'gru', hidden: 9 }] }));
      await refused(() => trainer.restore(wide.lastGood), ShapeError, 'weight_ih_l0');
      await trainer.steps(1);
      for (const each of [model, other]) each.release();
    });

    test('a batch of another shape or kind than the first, by its number; what came before it is done', async () => {
      const task = { batch: (k: number) => echo({ sequences: k < 2 ? 8 : 7 }).batch(k) };
      const { model, trainer } = await begin({ task });
      await refused(trainer.steps(5), OptionError, 'batch 2', '6 steps of 7 sequences', '6 of 8');
      expect(trainer.updates).toBe(2);
      await trainer.idle();
      expect((await trainer.collect()).length).toBe(2);
      model.release();
    });

    test('what no memory could hold, before any is asked for', async () => {
      const model = await engine.model(echoSpec({ layers: [{ cell: 'lstm', hidden: 2000 }] }));
      const tokens = { shape: [500, 400], data: new Int32Array(200_000) };
      await refused(model.trainer({ task: { batch: () => ({ inputs: { tokens }, targets: { classes: tokens } }) } }), LimitError, 'bytes', 'Use');
      model.release();
    });

    test('no updates, half an update, an accuracy that no one can reach', async () => {
      const { model, trainer } = await begin();
      for (const count of [0, -1, 1.5, NaN]) await refused(() => trainer.queue(count), OptionError, 'count', String(count));
      for (const untilAccuracy of [0, 1.01, NaN]) await refused(trainer.steps(1, { untilAccuracy }), OptionError, 'untilAccuracy', String(untilAccuracy));
      model.release();
      await refused(trainer.idle(), ReleasedError);
      await refused(trainer.snapshot(), ReleasedError);
    });

    test('training that diverges stops, names the first tensor and step, and goes on from the last good snapshot', async () => {
      const tokens = { shape: [20, 4], data: Array.from({ length: 80 }, (_, i) => i % 4) };
      const task = { batch: () => ({ inputs: { tokens }, targets: { classes: tokens } }) };
      const { model, trainer } = await begin({ task, optimizer: { name: 'sgd', lr: LARGEST_RATE } }, echoSpec({ layers: [{ cell: 'rnn_relu', hidden: 16, gain: 3 }] }));
      await trainer.steps(1);
      const good = await trainer.snapshot();
      expect(trainer.lastGood).toBe(good);
      const error = await trainer.steps(200).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(DivergedError);
      const { tensor, update, model: m, message } = error as DivergedError;
      expect(tensor).toMatch(/^(weight|bias|h|a_h|a|d_\w+|loss|logits|head\.\w+|embedding\.weight)/);
      expect(m).toBe(0);
      expect(message).toContain(`update ${update}: ${tensor}`);
      expect(trainer.tallies.at(-1)).toMatchObject({ update, finite: [false] });
      await refused(() => trainer.queue(1), DivergedError, 'smaller learning rate');
      await refused(trainer.collect(), DivergedError);
      expect(trainer.lastGood.update).toBeLessThan(update);
      trainer.restore(trainer.lastGood);
      trainer.reset();
      expect((await trainer.steps(1)).finite).toEqual([true]);
      model.release();
    });
  });

  describe('steps', () => {
    test('tell of their progress, and end early once all models are accurate enough', async () => {
      const { model, trainer } = await begin({}, echoSpec({ seed: undefined, seeds: [1, 2] }));
      const heard: number[] = [];
      const last = await trainer.steps(400, { untilAccuracy: 0.95, progress: ({ update }, done) => heard.push(update, done) });
      expect(last.update).toBeLessThan(400);
      expect(last.update % 10).toBe(0);
      expect(heard.slice(-2)).toEqual([last.update, last.update]);
      for (const m of [0, 1]) expect(trainer.tallies.slice(-10).reduce((sum, { accuracy }) => sum + accuracy![m], 0) / 10).toBeGreaterThanOrEqual(0.95);
      const before = trainer.tallies.slice(-20, -10);
      expect([0, 1].every((m) => before.reduce((sum, { accuracy }) => sum + accuracy![m], 0) / 10 >= 0.95)).toBe(false);
      model.release();
    });

    test('can be called off, and the next ones go on', async () => {
      const { model, trainer } = await begin();
      const abort = new AbortController();
      const reason = new Error('enough');
      await expect(trainer.steps(1e6, { abort: abort.signal, progress: () => abort.abort(reason) })).rejects.toBe(reason);
      const { updates } = trainer;
      expect((await trainer.steps(1)).update).toBe(updates + 1);
      model.release();
    });

    test('that are set back meanwhile end', async () => {
      const { model, trainer } = await begin();
      await expect(trainer.steps(1e6, { progress: () => trainer.reset() })).rejects.toMatchObject({ name: 'AbortError' });
      model.release();
    });
  });
}
