/**
 * How do time and memory grow with steps, sequences, units and models? One size is varied at a time; an exponent is fitted to
 * the larger sizes, where arithmetic outweighs what every run costs. Many small models side by side are held against one
 * after the other, memory against what was foretold, and the largest shape is found from the device's limits.
 */
import { createEngine, LimitError, type Engine, type Model } from '../src/engine';
import { acquireGpu } from '../src/engine/gpu/device';
import { largestThatFits, memoryOf } from '../src/engine/gpu/memory';
import { checkRun } from '../src/engine/gpu/run_buffers';
import { modelShape } from '../src/engine/model/spec';
import { exponent } from './exponent';
import { atMost, type Verdict } from './targets';

type Size = 'T' | 'B' | 'H' | 'M';
type Sizes = Readonly<Record<Size, number>>;

const BASE: Sizes = { T: 64, B: 8, H: 32, M: 1 };
const INPUTS = 32;

const SWEEPS: Readonly<Record<Size, { readonly full: readonly number[]; readonly quick: readonly number[] }>> = {
  T: { full: [64, 256, 1024, 4096, 16_384], quick: [64, 256, 1024] },
  B: { full: [1, 8, 64, 256, 1024], quick: [1, 16, 64] },
  H: { full: [8, 32, 128, 512, 1024], quick: [8, 32, 128] },
  M: { full: [1, 4, 16, 64], quick: [1, 4, 16] },
};

/** An exponent of a straight line, with what a few runs scatter. */
const STRAIGHT = 1.1;
const REPEATS = 3;
/** Sizes at the upper end that an exponent is fitted to. */
const FITTED = 3;

export async function run(report: (line: string) => void, { quick }: { readonly quick: boolean }): Promise<Record<string, unknown>> {
  using engine = await createEngine({ device: 'gpu' });
  const verdicts: Verdict[] = [];
  const sweeps: Record<string, unknown> = {};
  for (const size of Object.keys(SWEEPS) as Size[]) {
    const points = [];
    for (const value of SWEEPS[size][quick ? 'quick' : 'full']) {
      const sizes = { ...BASE, [size]: value };
      points.push({ value, multiplyAdds: multiplyAdds(sizes), time: await forwardTime(engine, sizes) });
      report(`${size} = ${value}: ${points[points.length - 1].time.toFixed(1)} ms`);
    }
    const upper = points.slice(-FITTED);
    const grows = exponent(upper.map(({ multiplyAdds: x, time }) => [x, time]));
    report(`${size}: time grows with the multiply-adds to the power of ${grows.toFixed(2)}`);
    sweeps[size] = { points, exponent: grows };
    verdicts.push(atMost('scale', `exponent of time in ${size}`, grows, STRAIGHT, '', 2));
  }
  const bundle = await sideBySide(engine, quick ? 4 : 16);
  report(`${bundle.models} models side by side: ${bundle.together.toFixed(1)} ms; one after the other: ${bundle.apart.toFixed(1)} ms`);
  verdicts.push(atMost('scale', `${bundle.models} models over as many runs of one`, bundle.together / bundle.apart, 1, '', 2));
  const memory = await memoryHeld(engine);
  report(`memory of a run: ${memory.made} bytes made, ${memory.foretold} foretold`);
  verdicts.push(atMost('scale', 'bytes beside those foretold', Math.abs(memory.made - memory.foretold), 0));
  const largest = await largestRun(engine);
  report(`the most sequences of ${BASE.T} steps and ${BASE.H} units: ${largest.most.toLocaleString('en')}; one more: ${largest.beyond}`);
  verdicts.push({ about: 'scale', measure: 'one step beyond the largest shape', asked: 'LimitError', found: largest.beyond, met: largest.beyond === 'LimitError' });
  return { adapter: engine.description, sweeps, bundle, memory, largest, verdicts };
}

function multiplyAdds({ T, B, H, M }: Sizes): number {
  return M * T * B * 4 * H * (INPUTS + H);
}

function modelOf(engine: Engine, { H, M }: Pick<Sizes, 'H' | 'M'>): Promise<Model> {
  return engine.model({ input: { size: INPUTS }, layers: [{ cell: 'lstm', hidden: H }], seeds: Array.from({ length: M }, (_, m) => m) });
}

function inputs({ T, B }: Pick<Sizes, 'T' | 'B'>): { x: { shape: number[]; data: Float32Array } } {
  return { x: { shape: [T, B, INPUTS], data: Float32Array.from({ length: T * B * INPUTS }, (_, i) => Math.sin(i)) } };
}

/** The least of a few runs, in ms, until the last state is on the host. */
async function forwardTime(engine: Engine, sizes: Sizes): Promise<number> {
  using model = await modelOf(engine, sizes);
  const given = inputs(sizes);
  let least = Infinity;
  for (let i = 0; i <= REPEATS; i++) {
    const time = await oneRun(model, given);
    if (i > 0) least = Math.min(least, time);
  }
  return least;
}

async function oneRun(model: Model, given: ReturnType<typeof inputs>): Promise<number> {
  const start = performance.now();
  using tape = await model.run(given);
  await tape.signal('h_n').read();
  return performance.now() - start;
}

/** A bundle of small models in one run, and as many runs of one. */
async function sideBySide(engine: Engine, models: number): Promise<{ models: number; together: number; apart: number }> {
  const together = await forwardTime(engine, { ...BASE, M: models });
  const apart = models * (await forwardTime(engine, BASE));
  return { models, together, apart };
}

/** Bytes of buffers that hold numbers, made for a run of a shape not met before. */
async function memoryHeld(engine: Engine): Promise<{ made: number; foretold: number }> {
  const sizes = { ...BASE, T: 100, B: 12 };
  using model = await modelOf(engine, sizes);
  const gpu = await acquireGpu();
  const { createBuffer } = GPUDevice.prototype;
  let made = 0;
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
    if (!(descriptor.usage & (GPUBufferUsage.UNIFORM | GPUBufferUsage.MAP_READ))) made += descriptor.size;
    return createBuffer.call(this, descriptor);
  };
  try {
    (await model.run(inputs(sizes), { form: 'step' })).release();
    return { made, foretold: memoryOf(gpu, model.shape, { steps: sizes.T, sequences: sizes.B, tableRows: 0, earlier: 0 }).run };
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    gpu.release();
  }
}

/** The most sequences that this device's limits allow, and what is said of one more. Only the refusal is tried: it comes before anything is made. */
async function largestRun(engine: Engine): Promise<{ most: number; beyond: string }> {
  const gpu = await acquireGpu();
  try {
    const shape = modelShape({ input: { size: INPUTS }, layers: [{ cell: 'lstm', hidden: BASE.H }] });
    const most = largestThatFits((sequences) => checkRun(gpu, shape, { steps: BASE.T, sequences, tableRows: 0, earlier: 0 }));
    using model = await modelOf(engine, BASE);
    const beyond = await model.run({ x: { shape: [BASE.T, most + 1, INPUTS], data: new Float32Array(BASE.T * (most + 1) * INPUTS) } }).then(
      () => 'it ran',
      (error: unknown) => (error instanceof LimitError ? 'LimitError' : String(error)),
    );
    return { most, beyond };
  } finally {
    gpu.release();
  }
}
