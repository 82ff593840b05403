/**
 * The experiments that decide the questions of chapter 7. They run on the engine's float64 reference, small and from fixed
 * seeds, so that every reader gets the same numbers.
 */
import { gateProducts, gradientExperiment, meanFlow, taskNamed, type Engine, type LayerSpec, type Model, type StartName } from '../engine';
import { agreeingWords } from './agreeing_words';
import { solvedAt } from './curve_points';

/** What an experiment is given. */
export interface Bench {
  readonly engine: Engine;
  readonly abort: AbortSignal;
  /** Told the fraction done, 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** A part of the whole progress. */
function part({ engine, abort, progress }: Bench, from: number, to: number): Bench {
  return { engine, abort, progress: (fraction) => progress(from + (to - from) * fraction) };
}

async function withModel<Result>(model: Promise<Model>, work: (model: Model) => Promise<Result>): Promise<Result> {
  const made = await model;
  try {
    return await work(made);
  } finally {
    made.release();
  }
}

/** Networks that learned a key over a distance, or did not. */
export interface Learned {
  readonly distance: number;
  /** Part of the gradient that arrives at the key before anything was learned; the mean over the sequences. */
  readonly arrives: number;
  readonly solved: number;
  readonly networks: number;
  /** Of all networks, at the end; guessing has 0.25. */
  readonly accuracy: number;
  readonly updates: number;
}

export interface Reach {
  readonly plainNear: Learned;
  readonly plainFar: Learned;
  readonly gatedFar: Learned;
}

const [NEAR, FAR] = [8, 30];
export const REACH_UNITS = 16;

/** The same key task near and far for plain networks, and far for as many units with a gate that keeps. */
export async function reachExperiment(bench: Bench): Promise<Reach> {
  const plain = { cell: 'rnn', hidden: REACH_UNITS, start: 'orthogonal' satisfies StartName } as const;
  const gated = { cell: 'gru', hidden: REACH_UNITS, gateBias: { z: 3 } } as const;
  return {
    plainNear: await learn(plain, NEAR, 150, 0.01, part(bench, 0, 0.2)),
    plainFar: await learn(plain, FAR, 100, 0.01, part(bench, 0.2, 0.5)),
    gatedFar: await learn(gated, FAR, 100, 0.01, part(bench, 0.5, 1)),
  };
}

async function learn(layer: LayerSpec, distance: number, updates: number, lr: number, { engine, abort, progress }: Bench): Promise<Learned> {
  const task = taskNamed('keyed_latch').make({ seed: 1, sequences: 16, settings: { distance } });
  if (!('vocab' in task.input && 'classes' in task.output)) throw new Error('the latch is read and answered in words');
  const seeds = [1, 2, 3];
  return withModel(engine.model({ input: { ...task.input, embedding: REACH_UNITS }, layers: [layer], output: { classes: task.output.classes }, seeds }), async (model) => {
    const tape = await model.run(task.batch(0).inputs, { abort });
    const arrives = 10 ** (await meanFlow(tape, { back: distance + 1, abort }))[distance + 1];
    tape.release();
    const trainer = await model.trainer({ task, optimizer: { name: 'adam', lr }, clip: 1 });
    const last = await trainer.steps(updates, { abort, untilAccuracy: 0.98, progress: (_tally, done) => progress(done / updates) });
    const { tallies } = trainer;
    const recent = tallies.slice(-10).flatMap(({ accuracy }) => [...accuracy!]);
    const solved = seeds.filter((_seed, m) => solvedAt(tallies, m) !== undefined).length;
    return { distance, arrives, solved, networks: seeds.length, accuracy: recent.reduce((sum, each) => sum + each, 0) / recent.length, updates: last.update };
  });
}

export interface Power {
  /** 0.9³⁰. */
  readonly promised: number;
  readonly withoutInput: number;
  readonly withInput: number;
}

/** What is left of a gradient after thirty steps at gain 0.9, with and without anything being read. */
export async function powerExperiment({ engine, abort, progress }: Bench): Promise<Power> {
  const left = async (drive: number, from: number) => {
    const { spec, weights, inputs } = gradientExperiment({ gain: 0.9, drive, steps: 96, sequences: 6 });
    return withModel(engine.model(spec, { weights }), async (model) => {
      const tape = await model.run(inputs, { abort });
      const flow = await meanFlow(tape, { back: 30, abort, progress: (fraction) => progress(from + fraction / 2) });
      tape.release();
      return 10 ** flow[30];
    });
  };
  return { promised: 0.9 ** 30, withoutInput: await left(0, 0), withInput: await left(1, 0.5) };
}

/** The gates of an LSTM that starts with such a bias, over a text of 31 words. */
export interface Start {
  readonly bias: number;
  /** Mean of the forget gate. */
  readonly forget: number;
  /** What it leaves over 30 steps: the geometric mean over units. */
  readonly left: number;
  /** Mean slope of its sigmoid: how far learning can move it. At most 0.25. */
  readonly slope: number;
  /** Mean of the input gate. */
  readonly input: number;
}

export async function startExperiment({ engine, abort, progress }: Bench): Promise<readonly Start[]> {
  const words = agreeingWords('cat', 29);
  const found: Start[] = [];
  for (const bias of [0, 1, 3]) {
    found.push(
      await withModel(engine.model({ input: { embedding: 32 }, layers: [{ cell: 'lstm', hidden: 32, gateBias: { f: bias } }], seed: 1 }), async (model) => {
        const tape = await model.run({ words }, { abort });
        const [forget, input, { log10, units }] = await Promise.all([tape.signal('f').read(), tape.signal('i').read(), gateProducts(tape, { from: 1 })]);
        tape.release();
        return { bias, forget: mean(forget), left: 10 ** mean(log10.subarray(0, units)), slope: mean(forget.map((f) => f * (1 - f))), input: mean(input) };
      }),
    );
    progress(found.length / 3);
  }
  return found;
}

/** How bright a network's states are, and what of a swapped word is in them: after that word, and after twenty more. */
export interface Brightness {
  /** Mean magnitude of an entry of h. */
  readonly bright: readonly [at: number, later: number];
  /** ‖Δh‖ */
  readonly stored: readonly [at: number, later: number];
}

export interface Fading {
  readonly plain: Brightness;
  readonly gated: Brightness;
}

const BETWEEN = 20;

/** Two untrained networks of 8 units read the same two sentences, with cat and with cats: one stays bright, one is pale throughout. */
export async function fadingExperiment({ engine, abort, progress }: Bench): Promise<Fading> {
  const read = (layer: LayerSpec) =>
    withModel(engine.model({ input: { embedding: 16 }, layers: [layer], seed: 1 }), async (model): Promise<Brightness> => {
      const states = async (noun: string) => {
        const tape = await model.run({ words: agreeingWords(noun, BETWEEN) }, { abort });
        const h = await tape.signal('h').read();
        tape.release();
        return (step: number) => h.subarray(step * 8, (step + 1) * 8);
      };
      const [cat, cats] = [await states('cat'), await states('cats')];
      const bright = (step: number) => mean(cat(step).map(Math.abs));
      const stored = (step: number) => Math.hypot(...cat(step).map((value, unit) => value - cats(step)[unit]));
      const [at, later] = [1, BETWEEN + 1];
      return { bright: [bright(at), bright(later)], stored: [stored(at), stored(later)] };
    });
  const plain = await read({ cell: 'rnn', hidden: 8 });
  progress(0.5);
  const gated = await read({ cell: 'gru', hidden: 8, gateBias: { z: 5 } });
  progress(1);
  return { plain, gated };
}

/** Time of one sequence forward through one layer, in milliseconds, by length; and the power of the length that it grows with. */
export interface Cost {
  readonly name: string;
  readonly lengths: readonly number[];
  readonly times: readonly number[];
  readonly power: number;
}

const COST_LENGTHS = [512, 1024, 2048, 4096];
const COST_WIDTH = 16;
const costLayers: readonly { readonly name: string; readonly layer: LayerSpec }[] = [
  { name: 'LSTM', layer: { cell: 'lstm', hidden: COST_WIDTH } },
  { name: 'attention', layer: { block: 'attention', norm: 'none' } },
  { name: 'Mamba', layer: { block: 'mamba', state: 8 } },
];

export async function costExperiment({ engine, abort, progress }: Bench): Promise<readonly Cost[]> {
  const found: Cost[] = [];
  for (const { name, layer } of costLayers) {
    const times = await withModel(engine.model({ input: { size: COST_WIDTH }, layers: [layer], seed: 1 }), async (model) => {
      const best: number[] = [];
      await timed(model, 256, abort); // so that no length pays for what is made ready once
      for (const length of COST_LENGTHS) {
        best.push(Math.min(await timed(model, length, abort), await timed(model, length, abort)));
        progress((found.length + best.length / COST_LENGTHS.length) / costLayers.length);
      }
      return best;
    });
    found.push({ name, lengths: COST_LENGTHS, times, power: slope(COST_LENGTHS.map(Math.log2), times.map(Math.log2)) });
  }
  return found;
}

async function timed(model: Model, length: number, abort: AbortSignal): Promise<number> {
  const data = Float32Array.from({ length: length * COST_WIDTH }, (_, i) => Math.sin(i));
  const since = performance.now();
  const tape = await model.run({ x: { shape: [length, 1, COST_WIDTH], data } }, { abort });
  const time = performance.now() - since;
  tape.release();
  return time;
}

/** Of the straight line through the points, by least squares. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const [middleX, middleY] = [mean(x), mean(y)];
  const over = x.reduce((sum, value, k) => sum + (value - middleX) * (y[k] - middleY), 0);
  return over / x.reduce((sum, value) => sum + (value - middleX) ** 2, 0);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
