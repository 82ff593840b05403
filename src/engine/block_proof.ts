/**
 * The proof of a block layer: every op of its program is taken again in float64 from the tensors that the tape's own run
 * gave it, and what it wrote is compared, as is what it shows. So no op answers for the one before it.
 */
import { shapeOf, shownTensor, widthOf, type Program } from './blocks/program';
import { Comparison, precisions, type SignalProof } from './comparison';
import type { Tape } from './engine';
import { EngineError } from './errors';
import { size } from './math/tensor';
import { blockParameterName } from './model/parameters';
import { layerStates, type BlockLayer } from './model/spec';
import { boundsOf } from './op_bounds';
import { opOf } from './ops';
import { inSlices } from './reference/driver';
import { arithmeticOf } from './reference/ops';
import { prepareStep, type States } from './reference/ops/program';
import { lengthOf, rowAt, type Extent } from './reference/ops/run';

export interface BlockProof {
  readonly signals: readonly SignalProof[];
  /** How many steps of each sequence were compared: all, or the first ones. */
  readonly steps: number;
}

/** What of a tape is compared: all its models, some of its sequences, their first steps. */
interface Sample {
  readonly sequences: readonly number[];
  readonly extent: Extent;
}

type Numbers = Float32Array | Float64Array;

/** What is compared with what is made anew, [M, T, B, width] of the sample. */
interface TapeNumbers {
  /** By tensor. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
  /** By signal, of those that ops show. */
  readonly shown: ReadonlyMap<string, Float64Array>;
}

/** Proves one layer of a tape, which is held meanwhile by who asks. Rejects with ReleasedError, DeviceLostError or the AbortSignal's reason. */
export async function proveBlock(tape: Tape, k: number, mostWork: number, abort?: AbortSignal): Promise<BlockProof> {
  const layer = tape.model.shape.layers[k] as BlockLayer;
  const sample = sampleOf(tape, layer.program, mostWork);
  const numbers = await readSample(tape, layer, k, sample);
  return { signals: await inSlices(provedSteps(tape, layer, k, sample, numbers), abort), steps: sample.extent.steps };
}

function* provedSteps(tape: Tape, layer: BlockLayer, k: number, sample: Sample, { tensors, shown }: TapeNumbers): Generator<void, SignalProof[]> {
  const { program } = layer;
  const { extent } = sample;
  const parameters = new Map(program.parameters.map(({ name }) => [name, tape.parameters.get(blockParameterName(name, k))!.data]));
  const initial = initialStates(tape, layer, k, sample);
  const proofs: SignalProof[] = [];
  const compare = (name: string, found: Float64Array, expected: Float64Array, bound: number) =>
    proofs.push(compared(sample, found, expected).verdict({ name, kind: 'tensor', layer: k, direction: 'forward' }, bound));
  for (const step of program.steps) {
    const { run, written } = yield* prepareStep(program, step, parameters, tensors, extent, initial).carryOut();
    const bounds = yield* boundsOf(step, run, precisions[tape.engine.kind]);
    for (const [name, expected] of written) compare(name, tensors.get(name)!, expected, bounds.get(name)!);
    for (const { name, of } of program.signals) {
      if (!('shown' in of) || shownTensor(program, of.shown, of.by).step !== step) continue;
      const expected = new Float64Array(shown.get(name)!.length);
      yield* arithmeticOf(step).show!(step, run, of.shown, expected);
      compare(name, shown.get(name)!, expected, bounds.get(of.shown)!);
    }
    yield;
  }
  return proofs;
}

/** @param found - [M, T, B, width] of the sample, as is `expected` */
function compared({ sequences, extent }: Sample, found: Float64Array, expected: Float64Array): Comparison {
  const width = found.length / (extent.models * extent.steps * extent.sequences);
  const comparison = new Comparison(found, width);
  for (let model = 0; model < extent.models; model++) {
    for (let step = 0; step < extent.steps; step++) {
      for (const [b, sequence] of sequences.entries()) {
        const row = rowAt(extent, model, step, b);
        const place = { model, step, sequence };
        if (step < lengthOf(extent, b)) comparison.expect(row, expected.subarray(row * width, (row + 1) * width), place);
        else comparison.expectZeros(row, place);
      }
    }
  }
  return comparison;
}

/** Evenly spread sequences, as many as the work allows; if that is but one, as many of its first steps. */
function sampleOf({ model: { shape }, inputs }: Tape, program: Program, mostWork: number): Sample {
  const perRow = program.steps.reduce((sum, step) => sum + (step.op === 'linear' ? size(shapeOf(program, step.weight)) : 30 * widthOf(program, opOf(step).writes(step)[0]) * (step.op === 'selective_scan' ? step.states : 1)), 0);
  const looksBack = program.steps.reduce((sum, step) => sum + (step.op === 'attend' ? widthOf(program, step.q) + widthOf(program, step.y) : 0), 0);
  // The op itself, the magnitudes for its bound, and what it shows.
  const workOf = (steps: number) => 3 * shape.seeds.length * steps * (perRow + looksBack * (inputs.first + steps));
  let { steps } = inputs;
  while (steps > 2 && workOf(steps) > mostWork) steps = Math.max(2, Math.floor(steps * 0.9));
  const count = Math.max(1, Math.min(inputs.sequences, Math.floor(mostWork / workOf(steps))));
  const sequences = Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (inputs.sequences - 1)) / (count - 1))));
  const lengths = inputs.lengths && sequences.map((b) => inputs.lengths![b]);
  return { sequences, extent: { models: shape.seeds.length, steps, sequences: count, lengths, first: inputs.first } };
}

async function readSample(tape: Tape, { program }: BlockLayer, k: number, sample: Sample): Promise<TapeNumbers> {
  if (!tape.tensor) throw new EngineError('tensor', 'proof: the tape does not say what its blocks computed on the way.');
  const tensors = await Promise.all(program.tensors.map(async ({ name }) => [name, cut(tape, await tape.tensor!(k, name), sample)] as const));
  const shown = await Promise.all(
    program.signals.flatMap(({ name, of }) =>
      'shown' in of ? [tape.signal(name, { layer: k }).read().then((values) => [name, cut(tape, values, sample, shownTensor(program, of.shown, of.by).shown.perStep)] as const)] : [],
    ),
  );
  return { tensors: new Map(tensors), shown: new Map(shown) };
}

/** The sample's part of [M, T, B, width]. @param perStep - whether a row is of groups that have an entry for every step so far */
function cut({ inputs }: Tape, values: Numbers, { sequences, extent }: Sample, perStep = false): Float64Array {
  const width = values.length / (extent.models * inputs.steps * inputs.sequences);
  const [there, here] = perStep ? [inputs.first + inputs.steps, inputs.first + extent.steps] : [width, width];
  const groups = width / there;
  const part = new Float64Array(extent.models * extent.steps * extent.sequences * groups * here);
  for (let m = 0; m < extent.models; m++) {
    for (let t = 0; t < extent.steps; t++) {
      for (const [b, sequence] of sequences.entries()) {
        const from = ((m * inputs.steps + t) * inputs.sequences + sequence) * width;
        for (let g = 0; g < groups; g++) part.set(values.subarray(from + g * there, from + g * there + here), (rowAt(extent, m, t, b) * groups + g) * here);
      }
    }
  }
  return part;
}

/** What the sampled sequences started from, by the program's own names. */
function initialStates({ inputs }: Tape, layer: BlockLayer, k: number, { sequences, extent }: Sample): States {
  const states = new Map<string, Float64Array>();
  layerStates(layer).forEach(({ name, width, grows }, s) => {
    const given = inputs.initial[k][s];
    if (!given) return;
    const count = width * (grows ? inputs.first : 1);
    const values = new Float64Array(extent.models * sequences.length * count);
    for (let m = 0; m < extent.models; m++) {
      for (const [b, sequence] of sequences.entries()) {
        const from = ((m * inputs.sequences + sequence) * count) % given.length; // of all models alike it is there once
        values.set(given.subarray(from, from + count), (m * sequences.length + b) * count);
      }
    }
    states.set(name, values);
  });
  return states;
}
