/**
 * The flow of a gradient measured for a figure, in stages: first the one curve that says most, along one sequence, so that
 * something moves while a slider does; then everything, sequence after sequence.
 */
import { gateProducts, gradientByDistance, jacobianFlow, recurrentLayer, type Engine, type FlowMeasure, type Tape, type VanillaLimits } from '../engine';
import { feltBy, type FeltBy } from './felt_by';
import { flowExperiment, sequencesOf } from './flow_experiment';
import type { FlowSettings } from './flow_settings';

export interface FlowPicture {
  /** All that the curves were measured with: the settings of an experiment, or the words of a sentence. */
  readonly of: { readonly settings: FlowSettings } | { readonly words: readonly string[] };
  readonly by: FeltBy;
  /** Which states the gradient is of: `h`, or `h` and `c`; `y` where it is of the output, by what the network read. */
  readonly states: readonly string[];
  /** What computed those states. */
  readonly engine: Engine;
  /** The longest distance. */
  readonly back: number;
  /** Curves over the distance, log₁₀; means over the sequences measured so far. */
  readonly rms: Float64Array;
  readonly largest: Float64Array | undefined;
  readonly smallest: Float64Array | undefined;
  readonly vanilla: VanillaLimits | undefined;
  /** The product of the gate that keeps the old state, a geometric mean over units. */
  readonly keep: { readonly gate: string; readonly curve: Float64Array } | undefined;
  readonly sequences: number;
  readonly wanted: number;
}

export interface Progress {
  readonly abort: AbortSignal;
  /** Told the fraction done, 0 to 1. */
  readonly progress: (fraction: number) => void;
}

export async function* experimentFlow(settings: FlowSettings, start: () => Promise<Engine>, { abort, progress }: Progress): AsyncGenerator<FlowPicture, void> {
  const { spec, weights, inputs } = flowExperiment(settings);
  const model = await (await start()).model(spec, { weights });
  try {
    abort.throwIfAborted();
    const tape = await model.run(inputs, { abort });
    try {
      yield* measured(tape, { settings }, settings.distance, sequencesOf(settings), { abort, progress });
    } finally {
      tape.release();
    }
  } finally {
    model.release();
  }
}

/** Of the last word's state by the states after earlier words, or of the last output by the words. */
export async function* sentenceFlow(tape: Tape, words: readonly string[], asked: FeltBy | '', longest: number, given: Progress): AsyncGenerator<FlowPicture, void> {
  const back = Math.min(words.length - 1, longest);
  if (feltBy(tape.model.shape, asked) === 'state') yield* measured(tape, { words }, back, 1, given);
  else yield await byInput(tape, { words }, back, given);
}

/** One curve, for layers of every kind; in float64 like the others, for it may fall as far. */
async function byInput(tape: Tape, of: FlowPicture['of'], back: number, { abort, progress }: Progress): Promise<FlowPicture> {
  const rms = await gradientByDistance(tape, { sequence: 0, back, by: 'cpu', abort, progress });
  return { of, by: 'input', states: ['y'], engine: tape.engine, back, rms, largest: undefined, smallest: undefined, vanilla: undefined, keep: undefined, sequences: 1, wanted: 1 };
}

async function* measured(tape: Tape, of: FlowPicture['of'], back: number, wanted: number, { abort, progress }: Progress): AsyncGenerator<FlowPicture, void> {
  const { shape } = tape.model;
  const { cell } = recurrentLayer(shape, shape.layers.length - 1, 'its steps have no Jacobian of one state by the next; by="input" measures any layer');
  const stages = wanted + 1;
  const flowOf = (sequence: number, stage: number, measures?: readonly FlowMeasure[]) =>
    jacobianFlow(tape, { sequence, back, abort, measures, progress: (fraction) => progress((stage + fraction) / stages) });
  const about = { of, by: 'state', engine: tape.engine, back, wanted } as const;

  const first = await flowOf(0, 0, ['rms']);
  const keeps = cell.keeps ? [await keptCurve(tape, 0, back)] : [];
  const { states } = first;
  yield { ...about, states, rms: first.rms!, largest: undefined, smallest: undefined, vanilla: first.vanilla, keep: kept(cell.keeps, keeps), sequences: 1 };

  const flows: { rms: Float64Array; largest: Float64Array; smallest: Float64Array; bound: Float64Array | undefined }[] = [];
  for (let sequence = 0; sequence < wanted; sequence++) {
    const { rms, largest, smallest, vanilla } = await flowOf(sequence, sequence + 1);
    flows.push({ rms: rms!, largest: largest!, smallest: smallest!, bound: vanilla?.bound });
    if (cell.keeps && sequence > 0) keeps.push(await keptCurve(tape, sequence, back));
    yield {
      ...about,
      states,
      rms: meanOf(flows.map((flow) => flow.rms)),
      largest: meanOf(flows.map((flow) => flow.largest)),
      smallest: meanOf(flows.map((flow) => flow.smallest)),
      vanilla: first.vanilla && { ...first.vanilla, bound: meanOf(flows.map(({ bound }) => bound!)) },
      keep: kept(cell.keeps, keeps),
      sequences: flows.length,
    };
  }
}

/** [back + 1] mean over units of log₁₀ ∏ of the keep gate over the last k steps. */
async function keptCurve(tape: Tape, sequence: number, back: number): Promise<Float64Array> {
  const { steps, units, log10 } = await gateProducts(tape, { sequence });
  return Float64Array.from({ length: back + 1 }, (_, k) => {
    if (k === 0) return 0;
    const row = log10.subarray((steps.length - k) * units, (steps.length - k + 1) * units);
    return row.reduce((sum, value) => sum + value, 0) / units;
  });
}

function kept(gate: string | undefined, curves: readonly Float64Array[]): FlowPicture['keep'] {
  return gate && curves.length > 0 ? { gate, curve: meanOf(curves) } : undefined;
}

function meanOf(curves: readonly Float64Array[]): Float64Array {
  return curves[0].map((_, k) => curves.reduce((sum, curve) => sum + curve[k], 0) / curves.length);
}
