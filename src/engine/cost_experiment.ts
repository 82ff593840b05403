/**
 * What layers cost by the length of what they read, measured: a whole sequence at once, and one step more after so many. A
 * call is timed as its caller sees it, from the first line to the last number that was computed, so short sequences show
 * what a call costs by itself.
 */
import { createDecoder } from './decoder';
import type { Engine, Model, Tape } from './engine';
import { OptionError } from './errors';
import { normalStream, randomStream } from './math/random';
import type { Tensor } from './math/tensor';
import type { LayerSpec } from './model/spec';
import { statesAfter } from './states_after';

export interface CostExperimentOptions {
  /** Stacks of layers to compare. */
  readonly stacks: readonly (readonly LayerSpec[])[];
  /** Width of what they read. */
  readonly width: number;
  /** Lengths to measure, ascending. */
  readonly lengths: readonly number[];
  /** What by its growth so far would take longer than this, in milliseconds, is left out; 8,000 unless given. */
  readonly longest?: number;
  readonly abort?: AbortSignal;
  /** In milliseconds; `performance.now` unless given. */
  readonly now?: () => number;
}

export interface CostPoint {
  /** Index of the stack. */
  readonly stack: number;
  /** `forward`: all steps at once. `decode`: one step after so many. */
  readonly kind: 'forward' | 'decode';
  readonly steps: number;
  /** The shortest of several, for what else runs on a machine only adds; undefined where it was left out. */
  readonly milliseconds: number | undefined;
}

/** One point is measured for so long, in milliseconds, but no fewer times than the least and no more often than the most. */
const ENOUGH = { milliseconds: 250, least: 3, most: 15 } as const;

/** A first time that took so long needs no second: what is made on the way no longer counts. */
const LONG = 1000;

/**
 * Measures point after point, short lengths first: at each, every stack. One at a time, so that none waits for another.
 * Throws OptionError for lengths that make no sense, and as `Engine.model` and `Model.run` reject.
 */
export async function* costExperiment(engine: Engine, { stacks, width, lengths, longest = 8000, abort, now = () => performance.now() }: CostExperimentOptions): AsyncGenerator<CostPoint, void> {
  if (lengths.length === 0 || lengths.some((length, k) => !(Number.isInteger(length) && length > (lengths[k - 1] ?? 0)))) {
    throw new OptionError('lengths', `lengths: ${lengths.join(', ') || 'none'} given; they must be whole numbers, ascending.`);
  }
  const models: Model[] = [];
  const before = stacks.map((): { steps: number; milliseconds: number } | undefined => undefined);
  try {
    for (const layers of stacks) models.push(await engine.model({ input: { size: width }, layers, seed: 1 }));
    for (const steps of lengths) {
      const x = noise(steps, width);
      for (const [stack, model] of models.entries()) {
        abort?.throwIfAborted();
        const last = before[stack];
        // At worst time grows with the square.
        if (last && last.milliseconds * (steps / last.steps) ** 2 > longest) {
          for (const kind of ['forward', 'decode'] as const) yield { stack, kind, steps, milliseconds: undefined };
          continue;
        }
        const milliseconds = await timed(() => forward(model, x), now, abort);
        before[stack] = { steps, milliseconds };
        yield { stack, kind: 'forward', steps, milliseconds };
        yield { stack, kind: 'decode', steps, milliseconds: await decodingTime(model, x, now, abort) };
      }
    }
  } finally {
    for (const model of models) model.release();
  }
}

/**
 * By which power of the length time grows: the slope of its logarithm, over the last four points that were measured.
 * Undefined for fewer than three.
 */
export function growthExponent(points: readonly { readonly steps: number; readonly milliseconds: number | undefined }[]): number | undefined {
  const last = points.filter(({ milliseconds }) => milliseconds !== undefined && milliseconds > 0).slice(-4);
  if (last.length < 3) return undefined;
  const [x, y] = [last.map(({ steps }) => Math.log(steps)), last.map(({ milliseconds }) => Math.log(milliseconds!))];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const along = x.reduce((sum, value, k) => sum + (value - mx) * (y[k] - my), 0);
  return along / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

/** Reads a sequence, and one number of what came of it: then all of it is there. */
async function forward(model: Model, x: Tensor): Promise<void> {
  await computed(await model.run({ x }));
}

async function computed(tape: Tape): Promise<void> {
  try {
    await tape.signal('y').extent();
  } finally {
    tape.release();
  }
}

/** One step more after those of x, the shortest of a few that follow one another. */
async function decodingTime(model: Model, x: Tensor, now: () => number, abort: AbortSignal | undefined): Promise<number> {
  const tape = await model.run({ x });
  const states = await statesAfter(tape);
  tape.release();
  const decoder = await createDecoder(model, { states });
  try {
    const step = noise(1, x.shape[2]);
    return await timed(() => decoder.read({ x: step }), now, abort);
  } finally {
    decoder.release();
  }
}

/** The shortest of several times that work took, after one that may have had to prepare something. */
async function timed(work: () => Promise<unknown>, now: () => number, abort: AbortSignal | undefined): Promise<number> {
  const once = async () => {
    const began = now();
    await work();
    abort?.throwIfAborted();
    return now() - began;
  };
  const first = await once();
  if (first > LONG) return first;
  let shortest = Infinity;
  for (let times = 0, spent = 0; times < ENOUGH.least || (times < ENOUGH.most && spent < ENOUGH.milliseconds); times++) {
    const time = await once();
    shortest = Math.min(shortest, time);
    spent += time;
  }
  return shortest;
}

function noise(steps: number, width: number): Tensor {
  const next = normalStream(randomStream(1, 'cost', steps));
  return { shape: [steps, 1, width], data: Float32Array.from({ length: steps * width }, () => next()) };
}
