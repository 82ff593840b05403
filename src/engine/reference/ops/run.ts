/**
 * What the float64 arithmetic of an op works on: tensors by name, parameters, and the states a run starts from and ends
 * with. All memory is there before the first op begins; an op that needs room for itself says how much beforehand.
 */
import type { OpName, StepOf } from '../../ops';
import type { WidthOf } from '../../ops/op';

/** Numbers of parameters: float32 in a model, float64 where a test takes differences. */
export type Numbers = Float32Array | Float64Array;

/** The size of a run. */
export interface Extent {
  readonly models: number;
  readonly steps: number;
  readonly sequences: number;
  /** [B]; all steps of all sequences unless given. */
  readonly lengths?: ArrayLike<number>;
  /** How many steps came before this run: 0, or those whose states it starts from. */
  readonly first: number;
}

/** A tensor [M, T, B, ·], or a part of one: entry i of row r is at r · row + from + i. */
export interface Strip {
  readonly data: Float64Array;
  readonly row: number;
  readonly from: number;
  readonly width: number;
}

export interface Run {
  readonly extent: Extent;
  /** A tensor or a part of one. */
  tensor(name: string): Strip;
  /** One model's values of a parameter. */
  parameter(name: string, model: number): Numbers;
  /** A state before the first step: [M, B, width], growing ones [M, B, first, width]; undefined is 0, or nothing so far. */
  initial(name: string): Float64Array | undefined;
  /** A state after each sequence's last step: [M, B, width], growing ones [M, B, first + T, width]. */
  final(name: string): Float64Array;
  /** Room that belongs to the op until it ends, of the length it asked for; what it holds is left over from others. */
  readonly scratch: Float64Array;
}

/**
 * ∂loss/∂ everything in a run: an op's backward reads what arrives at its results and adds to the rest. Several losses may go
 * back side by side: every sequence then has `each` rows of gradients at a step, r · each … r · each + each − 1 for row r of the run.
 */
export interface Gradient {
  readonly each: number;
  tensor(name: string): Strip;
  /** Undefined where nobody asks for the parameters' gradients. */
  parameter(name: string, model: number): Float64Array | undefined;
  /** In the shapes of the run's states, with a row for each row of gradients. */
  initial(name: string): Float64Array;
  /** What arrives at the states after the last step; undefined is 0. */
  final(name: string): Float64Array | undefined;
}

/** What an op computes. Each pauses about every millisecond. */
export interface OpArithmetic<Step> {
  /** Numbers of scratch it needs; none unless given. */
  scratch?(step: Step, extent: Extent, widthOf: WidthOf): number;
  forward(step: Step, run: Run): Generator<void, void>;
  /** The transpose of `forward`, at the run that it left behind. */
  backward(step: Step, run: Run, gradient: Gradient): Generator<void, void>;
  /**
   * Makes again a tensor that the op does not keep, [M, T, B, width] as its op declares; rows that do not exist stay 0.
   * With `gradient`, ∂loss/∂ that tensor, where the op says that it is felt.
   */
  show?(step: Step, run: Run, name: string, into: Float64Array, gradient?: Gradient): Generator<void, void>;
}

export type Arithmetic = { readonly [Name in OpName]: OpArithmetic<StepOf<Name>> };

/** About a millisecond's worth of multiply-adds: the most that is done between two pauses. */
const WORK_BETWEEN_PAUSES = 2 ** 18;

/** Counts work, and says when it is time for a pause. */
export function pacer(): (work: number) => boolean {
  let done = 0;
  return (work) => {
    done += work;
    if (done < WORK_BETWEEN_PAUSES) return false;
    done = 0;
    return true;
  };
}

/** A row of a run: its place among the M · T · B rows of every tensor. */
export interface Row {
  readonly m: number;
  readonly t: number;
  readonly b: number;
  readonly row: number;
}

/** The rows that exist, model by model and step by step: those past a sequence's length do not. */
export function* rowsOf(extent: Extent): Generator<Row, void> {
  const { models, steps, sequences } = extent;
  for (let m = 0; m < models; m++) {
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < sequences; b++) {
        if (t < lengthOf(extent, b)) yield { m, t, b, row: rowAt(extent, m, t, b) };
      }
    }
  }
}

export function rowAt({ steps, sequences }: Extent, m: number, t: number, b: number): number {
  return (m * steps + t) * sequences + b;
}

/** How many steps of this run a sequence has. */
export function lengthOf({ lengths, steps }: Extent, b: number): number {
  return lengths ? Math.min(lengths[b], steps) : steps;
}

/** Where row `row` of a strip begins. */
export function at({ row: stride, from }: Strip, row: number): number {
  return row * stride + from;
}
