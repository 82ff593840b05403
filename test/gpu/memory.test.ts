/** Memory is what was foretold, to the byte, and the largest shape that fits is the last that does. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LimitError, type ModelSpec, type TrainerOptions } from '../../src/engine';
import { createGpuEngine } from '../../src/engine/gpu/gpu_engine';
import { acquireGpu, type Gpu, type GpuLimits } from '../../src/engine/gpu/device';
import type { GpuModel } from '../../src/engine/gpu/gpu_model';
import { checkStepper } from '../../src/engine/gpu/gpu_stepper';
import { largestThatFits, memoryOf } from '../../src/engine/gpu/memory';
import { checkRun } from '../../src/engine/gpu/run_buffers';
import type { RunShape } from '../../src/engine/gpu/run_shape';
import { weightLayout } from '../../src/engine/gpu/weight_layout';
import { checkedTraining } from '../../src/engine/training/training';

/** Bytes of buffers that hold numbers, made since it was last asked; uniforms are not counted. */
let made: () => number;

beforeEach(() => {
  let bytes = 0;
  const { createBuffer } = GPUDevice.prototype;
  vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, descriptor) {
    if (!(descriptor.usage & GPUBufferUsage.UNIFORM)) bytes += descriptor.size;
    return createBuffer.call(this, descriptor);
  });
  made = () => {
    const found = bytes;
    bytes = 0;
    return found;
  };
});

afterEach(() => vi.restoreAllMocks());

const shapeOf = (steps: number, sequences: number): RunShape => ({ steps, sequences, tableRows: 0, earlier: 0 });
const vectors = (steps: number, sequences: number, width: number) => ({ x: { shape: [steps, sequences, width], data: new Float32Array(steps * sequences * width) } });

async function withGpu(work: (gpu: Gpu) => Promise<void>): Promise<void> {
  const gpu = await acquireGpu();
  try {
    await work(gpu);
  } finally {
    gpu.release();
  }
}

describe('a run and its way back', () => {
  const specs: readonly (readonly [name: string, spec: ModelSpec])[] = [
    ['one layer of odd sizes', { input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 37 }] }],
    ['two directions, a projection and an own parameter', { input: { size: 3 }, layers: [{ cell: 'gru', hidden: 6, bidirectional: true }, { cell: 'lstm', hidden: 9, projection: 2 }, { cell: 'lstm_peephole', hidden: 5 }] }],
    ['a bundle with an inner product', { input: { size: 4 }, layers: [{ cell: 'gru_reset_before', hidden: 7 }], seeds: [1, 2, 3] }],
  ];
  it.each(specs)('take the memory foretold: %s', async (_, spec) => {
    await withGpu(async (gpu) => {
      using engine = await createGpuEngine(gpu.device);
      made();
      const model = (await engine.model(spec)) as GpuModel;
      const [steps, sequences] = [9, 4];
      const { weights, run, wayBack, training } = memoryOf(gpu, model.shape, shapeOf(steps, sequences));
      expect(made()).toBe(weights);
      using tape = await model.run(vectors(steps, sequences, model.shape.layers[0].inputs), { form: 'step' });
      expect(made()).toBe(run);
      await tape.backward({ unit: 0, step: steps - 1 });
      expect(made()).toBe(wayBack);
      expect(training).toBe(0);
    });
  });
});

describe('training', () => {
  const [sequences, vocabulary] = [5, 11];
  const options: readonly (readonly [name: string, steps: number, options: Omit<TrainerOptions, 'task'>])[] = [
    ['Adam', 4, { optimizer: { name: 'adam', lr: 0.01 } }],
    ['Adam where words are read often', 7, { optimizer: { name: 'adam', lr: 0.01 } }],
    ['SGD with carried states and a bias that stays', 7, { optimizer: { name: 'sgd', lr: 0.01 }, carryState: true, frozen: ['bias_hh'] }],
  ];
  it.each(options)('takes the memory foretold: %s', async (_, steps, chosen) => {
    const tokens = Int32Array.from({ length: steps * sequences }, (__, i) => (3 * i) % vocabulary);
    const task = { batch: () => ({ inputs: { tokens: { shape: [steps, sequences], data: tokens } }, targets: { classes: { shape: [steps, sequences], data: tokens } } }) };
    await withGpu(async (gpu) => {
      using engine = await createGpuEngine(gpu.device);
      const model = (await engine.model({ input: { vocab: vocabulary, embedding: 6 }, layers: [{ cell: 'lstm', hidden: 10 }, { cell: 'gru', hidden: 3 }], output: { classes: vocabulary }, seeds: [4, 5] })) as GpuModel;
      made();
      const given = { ...chosen, task };
      const { run, wayBack, training } = memoryOf(gpu, model.shape, shapeOf(steps, sequences), checkedTraining(model.shape, model.parameters, given));
      await model.trainer(given, 'step');
      expect(made()).toBe(run + wayBack + training);
    });
  });
});

describe('the largest shape', () => {
  const limits: Partial<GpuLimits> = { maxStorageBufferBindingSize: 2 ** 15, maxBufferSize: 2 ** 16, maxComputeWorkgroupsPerDimension: 40 };
  const spec: ModelSpec = { input: { size: 6 }, layers: [{ cell: 'lstm', hidden: 8 }, { cell: 'gru', hidden: 5, bidirectional: true }] };

  it.each(['sequences', 'steps'] as const)('runs, and one step beyond is a typed error before anything is made: %s', async (which) => {
    await withGpu(async (own) => {
      const gpu = { ...own, limits: { ...own.limits, ...limits } };
      using engine = await createGpuEngine(own.device, limits);
      using model = (await engine.model(spec)) as GpuModel;
      const shape = (count: number) => (which === 'sequences' ? shapeOf(3, count) : shapeOf(count, 3));
      const most = largestThatFits((count) => checkRun(gpu, model.shape, shape(count)));
      expect(most).toBeGreaterThan(10);
      const inputs = (count: number) => vectors(shape(count).steps, shape(count).sequences, 6);
      (await model.run(inputs(most), { form: 'step' })).release();
      made();
      await expect(model.run(inputs(most + 1), { form: 'step' })).rejects.toThrow(LimitError);
      expect(made()).toBe(0);
    });
  });

  it('trains, and one sequence more is a typed error', async () => {
    await withGpu(async (own) => {
      const gpu = { ...own, limits: { ...own.limits, ...limits } };
      using engine = await createGpuEngine(own.device, limits);
      using model = (await engine.model({ input: { vocab: 4, embedding: 4 }, layers: [{ cell: 'rnn', hidden: 6 }], output: { classes: 4 } })) as GpuModel;
      const optionsFor = (sequences: number): TrainerOptions => {
        const tokens = { shape: [5, sequences], data: new Int32Array(5 * sequences) };
        return { task: { batch: () => ({ inputs: { tokens }, targets: { classes: tokens } }) }, optimizer: { name: 'adam', lr: 0.01 } };
      };
      const layout = weightLayout(model.shape);
      const most = largestThatFits((count) => checkStepper(gpu, model.shape, layout, shapeOf(5, count), checkedTraining(model.shape, model.parameters, optionsFor(count))));
      expect(most).toBeGreaterThan(10);
      await expect((await model.trainer(optionsFor(most), 'step')).steps(1)).resolves.toMatchObject({ finite: [true] });
      await expect(model.trainer(optionsFor(most + 1), 'step')).rejects.toThrow(LimitError);
    });
  });

  it('is none where not even one fits', () => {
    expect(largestThatFits(() => {
      throw new LimitError('a', 2, 1, '');
    })).toBe(0);
  });
});
