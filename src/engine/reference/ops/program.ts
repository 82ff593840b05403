/**
 * Runs a block's program in float64, step by step, and takes a loss back through it in the reverse order. A run may start
 * from the states that an earlier one left behind; decoding is a run of one step from the states of the step before.
 */
import { hasGradient, placeOf, shownTensor, signalWidth, statesOf, widthOf, type BlockSignal, type Program, type TensorPlace } from '../../blocks/program';
import { size } from '../../math/tensor';
import { opOf, type Step } from '../../ops';
import { arithmeticOf } from '.';
import { rowsOf, type Extent, type Gradient, type Numbers, type Run, type Strip } from './run';

/** [M, shape] each: a model's parameters by the program's own names. */
export type ProgramParameters = ReadonlyMap<string, Numbers>;

/** States by name: [M, B, width], growing ones [M, B, steps so far, width]. */
export type States = ReadonlyMap<string, Float64Array>;

/** What a run leaves behind. */
export interface ProgramRecord {
  readonly extent: Extent;
  /** [M, T, B, width] by tensor. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
  readonly initial: States;
  /** After each sequence's own last step. Growing states can be carried on only where all sequences are equally long. */
  readonly final: States;
}

export interface ProgramGradient {
  /** Rows of gradients for each row of the run: as many losses go back side by side. */
  readonly each: number;
  /** [M, T, B · each, width] by tensor. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
  /** At the states before the first step. */
  readonly initial: States;
  /** What was given at those after the last. */
  readonly final: States;
}

/** How much memory a run takes, in bytes, without what the caller gives; its gradients take as much again, and the parameters' size. */
export function programBytes(program: Program, extent: Extent): number {
  const rows = extent.models * extent.steps * extent.sequences;
  const perRow = program.tensors.reduce((sum, { name }) => sum + (name === 'x' ? 0 : placeOf(program, name).row), 0);
  const perSequence = statesOf(program).reduce((sum, state) => sum + stateLength(state, extent.first + extent.steps), 0);
  return Float64Array.BYTES_PER_ELEMENT * (rows * perRow + extent.models * extent.sequences * perSequence + scratchLength(program, extent));
}

/** Work whose memory is all there, to be carried out later: what it fills, and the way to do so. */
export interface Prepared<Result> {
  readonly result: Result;
  /** Pauses about every millisecond. */
  carryOut(): Generator<void, Result>;
}

/**
 * Asks for all the memory of a run.
 * @param x - [M, T, B, inputs], kept in the record as it is; it may be filled until the run is carried out
 * @param initial - states to start from; those that are missing are 0. A growing one has `extent.first` steps.
 */
export function prepareRun(program: Program, parameters: ProgramParameters, x: Float64Array, extent: Extent, initial: States = new Map()): Prepared<ProgramRecord> {
  const rows = extent.models * extent.steps * extent.sequences;
  const tensors = new Map(program.tensors.map(({ name }) => [name, name === 'x' ? x : new Float64Array(rows * placeOf(program, name).row)]));
  const record: ProgramRecord = { extent, tensors, initial, final: emptyStates(program, extent, extent.first + extent.steps) };
  const run = runOf(program, parameters, record);
  return {
    result: record,
    *carryOut() {
      for (const step of program.steps) yield* arithmeticOf(step).forward(step, run);
      return record;
    },
  };
}

/**
 * Asks for all the memory of the way back. What arrives at the output is put into the result's tensor of that name before
 * it is carried out, 0 at the steps a sequence does not have.
 * @param d_final - what arrives at the states after the last step; 0 unless given
 * @param d_parameters - in the parameters' shapes; the run's part is added. Those that are missing nobody asks for.
 * @param each - rows of gradients for each row of the run
 */
export function prepareBack(
  program: Program,
  parameters: ProgramParameters,
  record: ProgramRecord,
  d_final: States,
  d_parameters: ReadonlyMap<string, Float64Array>,
  each = 1,
): Prepared<ProgramGradient> {
  const { extent } = record;
  const tensors = new Map([...record.tensors].map(([name, { length }]) => [name, new Float64Array(length * each)]));
  const gradient: ProgramGradient = { each, tensors, initial: emptyStates(program, { ...extent, sequences: extent.sequences * each }, extent.first), final: d_final };
  const run = runOf(program, parameters, record);
  const strips = gradientOf(program, extent, gradient, d_parameters);
  return {
    result: gradient,
    *carryOut() {
      for (const step of program.steps.toReversed()) yield* arithmeticOf(step).backward(step, run, strips);
      return gradient;
    },
  };
}

/**
 * One step by itself: it writes anew, from given tensors of all the others.
 * @param tensors - [M, T, B, row] each; those that the step writes are left as they are
 */
export function prepareStep(program: Program, step: Step, parameters: ProgramParameters, tensors: ReadonlyMap<string, Float64Array>, extent: Extent, initial: States): Prepared<{ readonly run: Run; readonly written: ReadonlyMap<string, Float64Array> }> {
  const written = new Map(opOf(step).writes(step).map((name) => [name, new Float64Array(tensors.get(name)!.length)]));
  const final = emptyStates(program, extent, extent.first + extent.steps);
  const run = runOf(program, parameters, { extent, tensors: new Map([...tensors, ...written]), initial, final });
  const result = { run, written };
  return {
    result,
    *carryOut() {
      yield* arithmeticOf(step).forward(step, run);
      return result;
    },
  };
}

/** Runs a program. Pauses about every millisecond; all memory is asked for before the first pause. Parameters as of `prepareRun`. */
export function* runProgram(program: Program, parameters: ProgramParameters, x: Float64Array, extent: Extent, initial: States = new Map()): Generator<void, ProgramRecord> {
  const run = prepareRun(program, parameters, x, extent, initial);
  yield;
  return yield* run.carryOut();
}

/**
 * Takes a loss back through a run. Pauses about every millisecond; all memory is asked for before the first pause.
 * @param d_y - [M, T, B, width] ∂loss/∂ the output; what it holds past a sequence's length is ignored
 * @param d_final - and `d_parameters` as of `prepareBack`
 */
export function* backProgram(
  program: Program,
  parameters: ProgramParameters,
  record: ProgramRecord,
  d_y: ArrayLike<number>,
  d_final: States,
  d_parameters: ReadonlyMap<string, Float64Array>,
): Generator<void, ProgramGradient> {
  const back = prepareBack(program, parameters, record, d_final, d_parameters);
  yield;
  addToOutput(program, record.extent, back.result, d_y);
  return yield* back.carryOut();
}

/** Adds to what arrives at the output, at the steps there are. @param d_y - [M, T, B · each, width], or [T, B · each, width] the same for every model */
export function addToOutput(program: Program, extent: Extent, { each, tensors }: ProgramGradient, d_y: ArrayLike<number>): void {
  const d_output = tensors.get(program.output)!;
  const width = each * placeOf(program, program.output).row;
  for (const { row } of rowsOf(extent)) for (let i = row * width; i < (row + 1) * width; i++) d_output[i] += d_y[i % d_y.length];
}

/**
 * A signal of a run, [M, T, B, width]: copied from the tensor that holds it, or made again by the op that shows it.
 * With a gradient, ∂loss/∂ that signal; undefined where `hasGradient` says there is none, as for weights of attention.
 */
export function* readSignal(program: Program, parameters: ProgramParameters, record: ProgramRecord, signal: Pick<BlockSignal, 'of'>, gradient?: ProgramGradient): Generator<void, Float64Array | undefined> {
  const { extent } = record;
  const rows = extent.models * extent.steps * extent.sequences;
  const width = signalWidth(program, signal, extent.first + extent.steps);
  if (gradient && !hasGradient(program, signal)) return undefined;
  const values = new Float64Array(rows * width);
  if ('tensor' in signal.of) {
    const place = placeOf(program, signal.of.tensor);
    const data = (gradient ?? record).tensors.get(place.tensor)!;
    for (let row = 0; row < rows; row++) values.set(data.subarray(row * place.row + place.from, row * place.row + place.from + width), row * width);
    return values;
  }
  const { step } = shownTensor(program, signal.of.shown, signal.of.by);
  const run = runOf(program, parameters, record);
  yield;
  yield* arithmeticOf(step).show!(step, run, signal.of.shown, values, gradient && gradientOf(program, extent, gradient, new Map()));
  return values;
}

function runOf(program: Program, parameters: ProgramParameters, { extent, tensors, initial, final }: ProgramRecord): Run {
  const parameter = ofModel(parameters, extent);
  return {
    extent,
    tensor: stripsOf(program, tensors),
    parameter: (name, model) => parameter(name, model)!,
    initial: (name) => initial.get(name),
    final: (name) => final.get(name)!,
    scratch: new Float64Array(scratchLength(program, extent)),
  };
}

function gradientOf(program: Program, extent: Extent, { each, tensors, initial, final }: ProgramGradient, d_parameters: ReadonlyMap<string, Float64Array>): Gradient {
  return {
    each,
    tensor: stripsOf(program, tensors),
    parameter: ofModel(d_parameters, extent),
    initial: (name) => initial.get(name)!,
    final: (name) => final.get(name),
  };
}

/** Tensors and parts by name, each found once. */
function stripsOf(program: Program, tensors: ReadonlyMap<string, Float64Array>): (name: string) => Strip {
  const strips = new Map<string, Strip>();
  return (name) => {
    let strip = strips.get(name);
    if (!strip) strips.set(name, (strip = stripAt(placeOf(program, name), tensors)));
    return strip;
  };
}

function stripAt({ tensor, row, from, width }: TensorPlace, tensors: ReadonlyMap<string, Float64Array>): Strip {
  return { data: tensors.get(tensor)!, row, from, width };
}

/** One model's values, each cut out once. */
function ofModel<Data extends Numbers>(parameters: ReadonlyMap<string, Data>, { models }: Extent): (name: string, model: number) => Data | undefined {
  const cut = new Map([...parameters].map(([name, data]) => [name, Array.from({ length: models }, (_, m) => data.subarray((m * data.length) / models, ((m + 1) * data.length) / models) as Data)]));
  return (name, model) => cut.get(name)?.[model];
}

function emptyStates(program: Program, { models, sequences }: Extent, steps: number): Map<string, Float64Array> {
  return new Map(statesOf(program).map((state) => [state.name, new Float64Array(models * sequences * stateLength(state, steps))]));
}

function stateLength({ width, grows }: { width: number; grows: boolean }, steps: number): number {
  return grows ? width * steps : width;
}

/** The room of the op that needs the most. */
function scratchLength(program: Program, extent: Extent): number {
  return Math.max(0, ...program.steps.map((step) => arithmeticOf(step).scratch?.(step, extent, (name) => widthOf(program, name)) ?? 0));
}

/** Zeros in the shapes of a program's parameters, for the gradients of M models. */
export function emptyParameters({ parameters }: Program, models: number): Map<string, Float64Array> {
  return new Map(parameters.map(({ name, shape }) => [name, new Float64Array(models * size(shape))]));
}
