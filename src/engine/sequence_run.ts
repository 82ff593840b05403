/**
 * One sequence of one model of a tape as a run of its own in float64: every layer is taken again from what the tape says it
 * read, so that what is measured along it is measured along the tape's own states, whichever engine made them.
 */
import type { Tape } from './engine';
import type { Tensor } from './math/tensor';
import { directionsOf, parameterShapes } from './model/parameters';
import { isRecurrent, layerStates, type BlockLayer, type ModelShape, type RecurrentLayer } from './model/spec';
import { fillInput, prepareBlock } from './reference/block_layer';
import { isProgramRecord, statesBefore, type DirectionRecord, type LayerRecord, type Read, type RolloutRecord, type Weights } from './reference/rollout_record';
import { layerStep, layerWeights } from './reference/step';
import { stepsOf } from './step_jacobian';

export interface SequenceRun {
  /** The layers up to the one asked for, of one seed, on vectors. */
  readonly model: ModelShape;
  readonly parameters: Weights;
  readonly inputs: Read;
  readonly record: RolloutRecord;
}

/** What a tape knows of one sequence in one layer, [T, width] each. */
interface LayerNumbers {
  readonly x: Float64Array;
  /** [D][S] of a recurrent layer. */
  readonly states: readonly (readonly Float64Array[])[];
}

/** Reads what the run needs from the tape. Rejects with ReleasedError, DeviceLostError. */
export async function readSequence(tape: Tape, { layer: top, model: m, sequence }: { layer: number; model: number; sequence: number }): Promise<() => Generator<void, SequenceRun>> {
  const { shape } = tape.model;
  const layers = shape.layers.slice(0, top + 1);
  const model: ModelShape = { input: { size: layers[0].inputs }, layers, classes: undefined, tied: false, seeds: [shape.seeds[m]] };
  const numbers = await Promise.all(layers.map((_, k) => readLayer(tape, k, m, sequence)));
  const inputs: Read = {
    first: tape.inputs.first,
    steps: stepsOf(tape, sequence),
    sequences: 1,
    lengths: undefined,
    source: { kind: 'vectors', x: Float32Array.from(numbers[0].x) },
    initial: layers.map((layer, k) => initialOf(tape, layer, k, m, sequence)),
  };
  const parameters: Weights = new Map([...parameterShapes(model)].map(([name, of]) => [name, ofModel(tape.parameters.get(name)!, of, m, shape.seeds.length)]));
  return () => takenAgain(model, parameters, inputs, numbers);
}

function* takenAgain(model: ModelShape, parameters: Weights, inputs: Read, numbers: readonly LayerNumbers[]): Generator<void, SequenceRun> {
  const record: LayerRecord[] = [];
  for (const [k, layer] of model.layers.entries()) {
    record.push(isRecurrent(layer) ? yield* recurrentRecord(model, layer, k, parameters, inputs, numbers[k]) : yield* blockRecord(model, layer, k, parameters, inputs, numbers[k].x));
  }
  return { model, parameters, inputs, record };
}

function* blockRecord(model: ModelShape, layer: BlockLayer, k: number, parameters: Weights, inputs: Read, x: Float64Array): Generator<void, LayerRecord> {
  const { result, carryOut } = prepareBlock(model, layer, k, parameters, inputs);
  yield* fillInput(result, (_m, t, _b, row) => row.set(x.subarray(t * layer.inputs, (t + 1) * layer.inputs)));
  return yield* carryOut();
}

/** Each step from the tape's own state before it: nothing has time to part from the tape. */
function* recurrentRecord(model: ModelShape, layer: RecurrentLayer, k: number, parameters: Weights, inputs: Read, { x, states: given }: LayerNumbers): Generator<void, DirectionRecord[]> {
  const directions: DirectionRecord[] = [];
  for (const [d, direction] of directionsOf(layer).entries()) {
    const weights = layerWeights(model, parameters as ReadonlyMap<string, Tensor<Float64Array>>, k, direction, 0);
    const saved = layer.cell.saved.map(() => new Float64Array(inputs.steps * layer.hidden));
    const projected = layer.width === layer.hidden ? undefined : new Float64Array(inputs.steps * layer.hidden);
    for (let t = 0; t < inputs.steps; t++) {
      const step = yield* layerStep(weights, x.subarray(t * layer.inputs, (t + 1) * layer.inputs), statesBefore(model, inputs, k, direction, given[d], 0, t, 0));
      step.saved.forEach((values, i) => saved[i].set(values, t * layer.hidden));
      if (step.unprojected) projected!.set(step.unprojected, t * layer.hidden);
      yield;
    }
    directions.push({ states: given[d], saved, unprojected: projected });
  }
  return directions;
}

/** The first steps of a run that nobody looks back into from later on: every layer reads forward. */
export function firstSteps({ model, inputs, record, ...others }: SequenceRun, steps: number): SequenceRun {
  const rows = (values: Float64Array, of = inputs.steps) => values.subarray(0, (values.length / of) * (of - inputs.steps + steps));
  const part = record.map((layer, k): LayerRecord => {
    if (!isProgramRecord(layer)) return layer.map(({ states, saved, unprojected }) => ({ states: states.map((values) => rows(values)), saved: saved.map((values) => rows(values)), unprojected: unprojected && rows(unprojected) }));
    const growing = new Set(layerStates(model.layers[k]).flatMap(({ name, grows }) => (grows ? [name] : [])));
    return {
      extent: { ...layer.extent, steps },
      tensors: new Map([...layer.tensors].map(([name, values]) => [name, rows(values)])),
      initial: layer.initial,
      final: new Map([...layer.final].map(([name, values]) => [name, growing.has(name) ? rows(values, inputs.first + inputs.steps) : values])),
    };
  });
  return { ...others, model, inputs: { ...inputs, steps }, record: part };
}

async function readLayer(tape: Tape, k: number, m: number, b: number): Promise<LayerNumbers> {
  const layer = tape.model.shape.layers[k];
  const rowsOf = async (name: string, direction: 'forward' | 'reverse') => {
    const signal = tape.signal(name, { layer: k, direction });
    const [, steps, sequences, width] = signal.shape;
    const all = await signal.read();
    const rows = new Float64Array(stepsOf(tape, b) * width);
    for (let t = 0; t < stepsOf(tape, b); t++) {
      const at = ((m * steps + t) * sequences + b) * width;
      rows.set(all.subarray(at, at + width), t * width);
    }
    return rows;
  };
  const states = isRecurrent(layer) ? directionsOf(layer).map((direction) => Promise.all(layer.cell.states.map(({ name }) => rowsOf(name, direction)))) : [];
  return { x: await rowsOf('x', 'forward'), states: await Promise.all(states) };
}

/** A sequence's states before the first step, [D, 1, …]. */
function initialOf({ inputs }: Tape, layer: ModelShape['layers'][number], k: number, m: number, b: number): Read['initial'][number] {
  return layerStates(layer).map(({ width, grows }, s) => {
    const given = inputs.initial[k][s];
    if (!given) return undefined;
    const count = width * (grows ? inputs.first : 1);
    const values = new Float64Array(layer.directions * count);
    for (let d = 0; d < layer.directions; d++) {
      const at = (((m * layer.directions + d) * inputs.sequences + b) * count) % given.length; // of all models alike it is there once
      values.set(given.subarray(at, at + count), d * count);
    }
    return values;
  });
}

function ofModel({ data }: Tensor<Float32Array>, shape: readonly number[], m: number, models: number): Tensor<Float32Array> {
  const count = data.length / models;
  return { shape, data: data.subarray(m * count, (m + 1) * count) };
}
