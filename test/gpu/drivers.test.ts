// The same rollout, and the same way back, in three places: run to its end, in the page's worker, in slices on the page's own thread.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEngine, statesAfter } from '../../src/engine/index';
import { clusteredOrder } from '../../src/engine/math/clustered_order';
import { checkedLoss } from '../../src/engine/model/loss';
import { backward } from '../../src/engine/reference/backward';
import { inSlices, toEnd } from '../../src/engine/reference/driver';
import { blobWorker, moduleWorker, startWorker } from '../../src/engine/reference/page_worker';
import { rollout } from '../../src/engine/reference/rollout';
import type { FromWorker } from '../../src/engine/reference/reference_worker';
import { workerScript } from '../../src/engine/reference/worker_script';
import { scriptUrl } from '../../src/engine/script_url';
import { drawnInputs, drawnSpec, normal, plain } from '../engine/drawn_case';

const shape = { ...plain, cells: ['gru_reset_before', 'lstm'], bidirectional: true, lengths: [2, 5, 3], initial: true, models: 2 };
const engine = await createEngine({ device: 'cpu' });
const model = await engine.model(drawnSpec(shape));
const tape = await model.run(drawnInputs(shape));
const work = () => rollout(model.shape, model.parameters, tape.inputs);
const expected = toEnd(work());
const loss = checkedLoss(model.shape, tape.inputs, { d_y: { shape: [5, 3, 14], data: Float32Array.from({ length: 210 }, (_, i) => Math.sin(i)) } });
const workBack = () => backward(model.shape, model.parameters, tape.inputs, expected, loss);
const expectedBack = toEnd(workBack());
const never = new AbortController().signal;

const forbidden = (): Worker => {
  throw new DOMException('forbidden', 'SecurityError');
};
const broken = () => moduleWorker(new URL('/there/is/no/such_worker.js', location.href).href);

describe('a rollout gives the same numbers to the last bit', () => {
  test('in slices', async () => {
    expect(await inSlices(work(), undefined, 0.01)).toEqual(expected);
  });

  test.each([
    ['a module worker', () => moduleWorker(workerScript.address)],
    ['a blob worker that imports the script, as from another origin', () => blobWorker(workerScript)],
  ])('in %s', async (_, make) => {
    const worker = (await startWorker([make]))!;
    expect(await worker.run(model.shape, model.parameters, tape.inputs, never)).toEqual(expected);
    const both = await Promise.all([1, 2].map(() => worker.run(model.shape, model.parameters, tape.inputs, never)));
    expect(both).toEqual([expected, expected]);
    const back = await worker.backward(model.shape, model.parameters, tape.inputs, expected, loss, never);
    expect(back).toEqual(expectedBack);
    expect([...back.parameters.keys()]).toEqual([...model.parameters.keys()]);
    worker.terminate();
  });

  test('on the way back, in slices', async () => {
    expect(await inSlices(workBack(), undefined, 0.01)).toEqual(expectedBack);
  });

  test('on the way back in a worker, to a head, an embedding, peepholes and a projection', async () => {
    const predicting = await engine.model({ input: { embedding: 3, vocab: ['a', 'b', 'c'] }, layers: [{ cell: 'lstm_peephole', hidden: 5, projection: 2 }], output: { classes: 3 }, seeds: [1, 2] });
    const read = await predicting.run({ words: [['a', 'b', 'c'], ['c', 'a']] });
    const { shape: described, parameters } = predicting;
    const record = toEnd(rollout(described, parameters, read.inputs));
    const nextToken = checkedLoss(described, read.inputs, { nextToken: 'all' });
    const worker = (await startWorker([() => moduleWorker(workerScript.address)]))!;
    expect(await worker.backward(described, parameters, read.inputs, record, nextToken, never)).toEqual(toEnd(backward(described, parameters, read.inputs, record, nextToken)));
    worker.terminate();
  });
});

test('blocks, their options and the states they go on from reach the worker, there and back', async () => {
  const layers = [{ cell: 'gru', hidden: 8 }, { block: 'attention', heads: 2, positions: 'rotary' }, { block: 'mamba', state: 2, frozen: true }];
  const hybrid = await engine.model({ input: { size: 4 }, layers, seeds: [1, 2] });
  const before = await hybrid.run({ x: normal([3, 2, 4], 1, 'before') });
  const read = await hybrid.run({ x: normal([4, 2, 4], 2, 'x'), states: await statesAfter(before) });
  const { shape: described, parameters } = hybrid;
  const record = toEnd(rollout(described, parameters, read.inputs));
  const given = checkedLoss(described, read.inputs, { d_y: normal([4, 2, 8], 3, 'R') });
  const worker = (await startWorker([() => moduleWorker(workerScript.address)]))!;
  expect(await worker.run(described, parameters, read.inputs, never)).toEqual(record);
  expect(await worker.backward(described, parameters, read.inputs, record, given, never)).toEqual(toEnd(backward(described, parameters, read.inputs, record, given)));
  worker.terminate();
});

test('where one way to a worker is forbidden or its script does not come, the next is taken; where all are, there is none', async () => {
  const worker = await startWorker([forbidden, broken, () => blobWorker(workerScript)]);
  expect(await worker!.run(model.shape, model.parameters, tape.inputs, never)).toEqual(expected);
  worker!.terminate();
  expect(await startWorker([forbidden, broken])).toBeUndefined();
});

test('a worker called off rejects at once and lets go of the run', async () => {
  const told: FromWorker[] = [];
  const worker = (await startWorker([
    () => {
      const listened = moduleWorker(workerScript.address);
      listened.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => told.push(data));
      return listened;
    },
  ]))!;
  const large = await engine.model({ input: { size: 64 }, layers: [{ cell: 'lstm', hidden: 256 }] });
  const controller = new AbortController();
  const inputs = { first: 0, steps: 400, sequences: 4, lengths: undefined, source: { kind: 'vectors', x: new Float32Array(400 * 4 * 64).fill(1) }, initial: [[undefined, undefined]], words: undefined } as const;
  const running = worker.run(large.shape, large.parameters, inputs, controller.signal);
  controller.abort(new Error('never mind'));
  await expect(running).rejects.toThrow('never mind');
  await worker.run(model.shape, model.parameters, tape.inputs, never);
  // Its answer to the large run, half a billion multiply-adds, is that it stopped: it never came to a record.
  await vi.waitFor(() => expect(told.some((message) => 'run' in message && message.run === 0)).toBe(true), { timeout: 100_000 });
  expect(told.filter((message) => 'run' in message && message.run === 0 && !('error' in message))).toEqual([]);
  worker.terminate();
});

test('rows are clustered in the worker as on the page, with progress, and are called off', async () => {
  const rows = { values: Float64Array.from({ length: 120 * 3000 }, (_, i) => Math.sin(i * i)), rows: 120, columns: 3000 };
  const worker = (await startWorker([() => moduleWorker(workerScript.address)]))!;
  const told: number[] = [];
  expect(await worker.cluster(rows, never, (fraction) => told.push(fraction))).toEqual(toEnd(clusteredOrder(rows)));
  expect(told.length).toBeGreaterThan(5);
  const controller = new AbortController();
  const running = worker.cluster(rows, controller.signal, () => controller.abort(new Error('never mind')));
  await expect(running).rejects.toThrow('never mind');
  worker.terminate();
});

describe('in slices on the page’s own thread', () => {
  test('other tasks get their turn between slices', async () => {
    const turns: number[] = [];
    const clock = setInterval(() => turns.push(turns.length), 0);
    const untilOthersHadTheirs = function* (): Generator<void, number> {
      for (let pauses = 0; turns.length < 5 && pauses < 100_000; pauses++) yield;
      return turns.length;
    };
    expect(await inSlices(untilOthersHadTheirs(), undefined, 1)).toBeGreaterThanOrEqual(5);
    clearInterval(clock);
  });

  test('a run called off stops at the next slice', async () => {
    const controller = new AbortController();
    const slicing = inSlices(work(), controller.signal, 0.01);
    controller.abort(new Error('never mind'));
    await expect(slicing).rejects.toThrow('never mind');
  });
});

describe('the page’s worker', () => {
  const started: Worker[] = [];
  const RealWorker = globalThis.Worker;
  afterEach(() => {
    globalThis.Worker = RealWorker;
    started.length = 0;
  });
  const count = () => {
    globalThis.Worker = class extends RealWorker {
      ended = false;
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        started.push(this);
      }
      override terminate() {
        this.ended = true;
        super.terminate();
      }
    };
  };

  test('is not started for nothing, is shared by all engines, and ends with the last of them', async () => {
    tape.release();
    engine.release();
    count();
    const [one, other] = [await createEngine({ device: 'cpu' }), await createEngine({ device: 'cpu' })];
    const models = [await one.model(drawnSpec(plain)), await other.model(drawnSpec(plain))];
    expect(started.length).toBe(0);
    await Promise.all(models.map((each) => each.run(drawnInputs(plain))));
    expect(started.length).toBe(1);
    one.release();
    await (await models[1].run(drawnInputs(plain))).signal('h').read();
    expect(started.length).toBe(1);
    other.release();
    await vi.waitFor(() => expect(started[0]).toMatchObject({ ended: true }));
  });
});

test('script addresses are this page’s, this module’s, or blobs; nobody else’s', () => {
  expect(String(scriptUrl('/worker.js'))).toBe('/worker.js');
  expect(() => scriptUrl('https://elsewhere.example/worker.js')).toThrow(TypeError);
  expect(() => scriptUrl('data:text/javascript,0')).toThrow(TypeError);
});
