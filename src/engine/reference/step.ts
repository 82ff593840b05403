/**
 * One time step of one layer for one sequence of one model, in float64: the three lines every recurrent cell shares,
 * and then the cell. Nothing here is fast on purpose; it is what the kernels are compared with.
 *
 * Written as a generator that pauses now and then, so that the same lines run to the end in Node, in a worker, and in
 * short slices between frames.
 */
import type { Cell } from '../cells/cell';
import type { Tensor } from '../math/tensor';
import { directionsOf, parameterName, type Direction, type ParameterKind } from '../model/parameters';
import type { ModelShape } from '../model/spec';

/** float32 where it was given, float64 where it is being trained. */
export type Numbers = Float32Array | Float64Array;

/** One direction of a layer with one model's parameters, or with what adds up to their gradients. */
export interface LayerWeights<Data = Float32Array> {
  readonly cell: Cell;
  readonly inputs: number;
  readonly hidden: number;
  /** P, how wide h is: H, but for a projected layer. */
  readonly width: number;
  /** [G·H, I] */
  readonly w_ih: Data;
  /** [G·H, P] */
  readonly w_hh: Data;
  /** [G·H], or undefined for a layer without bias; so is `b_hh`. */
  readonly b_ih: Data | undefined;
  readonly b_hh: Data | undefined;
  /** [P, H] of a projected layer. */
  readonly w_hr: Data | undefined;
  /** [U] rows of H: the units' own parameters. */
  readonly unit: readonly Data[];
}

/** A step's results: S states, each a row of its width, and K saved values, each a row of H. */
export interface LayerStep {
  readonly next: readonly Float64Array[];
  readonly saved: readonly Float64Array[];
  /** [H] what a projected layer projects. */
  readonly unprojected: Float64Array | undefined;
}

/** About a millisecond's worth of multiply-adds: the most that is done between two pauses. */
const WORK_BETWEEN_PAUSES = 2 ** 18;

/** What one model of a bundle uses in one direction of a layer: views of the parameters, or of anything in their shapes. */
export function layerWeights<Data extends Numbers>(
  { layers, seeds }: ModelShape,
  parameters: ReadonlyMap<string, Tensor<Data>>,
  layer: number,
  direction: Direction,
  model: number,
): LayerWeights<Data> {
  const { cell, inputs, hidden, width, bias } = layers[layer];
  const ofModel = (kind: ParameterKind) => {
    const { data } = parameters.get(parameterName(kind, layer, direction))!;
    const count = data.length / seeds.length;
    return data.subarray(model * count, (model + 1) * count) as Data;
  };
  return {
    cell,
    inputs,
    hidden,
    width,
    w_ih: ofModel('weight_ih'),
    w_hh: ofModel('weight_hh'),
    b_ih: bias ? ofModel('bias_ih') : undefined,
    b_hh: bias ? ofModel('bias_hh') : undefined,
    w_hr: width === hidden ? undefined : ofModel('weight_hr'),
    unit: (cell.unitParameters ?? []).map((name) => ofModel(`weight_${name}`)),
  };
}

/**
 * Advances all units of one sequence by one step.
 * @param x - [I] what the layer reads
 * @param previous - [S] rows, the states before the step
 */
export function* layerStep(weights: LayerWeights<Numbers>, x: Float64Array, previous: readonly Float64Array[]): Generator<void, LayerStep> {
  const { cell, hidden, width, w_ih, w_hh, b_ih, b_hh, w_hr } = weights;
  const gates = cell.gates.length;
  const outer = gates - (cell.inner?.gates ?? 0);
  const a_ih = new Float64Array(gates * hidden);
  const a_hh = new Float64Array(gates * hidden);

  yield* product(a_ih, w_ih, x, b_ih, 0, gates * hidden);
  yield* product(a_hh, w_hh, previous[0], b_hh, 0, outer * hidden);

  if (cell.inner) {
    const operand = new Float64Array(hidden);
    for (let j = 0; j < hidden; j++) {
      for (let g = 0; g < outer; g++) {
        a_ih[g * hidden + j] += a_hh[g * hidden + j];
        a_hh[g * hidden + j] = 0;
      }
      operand[j] = cell.inner.operand(block(a_ih, hidden, j).slice(0, outer), entries(previous, j));
    }
    yield* product(a_hh, w_hh, operand, b_hh, outer * hidden, gates * hidden);
  }

  const next = cell.states.map(() => new Float64Array(hidden));
  const saved = cell.saved.map(() => new Float64Array(hidden));
  for (let j = 0; j < hidden; j++) {
    const step = cell.forward(block(a_ih, hidden, j), block(a_hh, hidden, j), entries(previous, j), entries(weights.unit, j));
    step.next.forEach((value, s) => (next[s][j] = value));
    step.saved.forEach((value, k) => (saved[k][j] = value));
  }
  if (!w_hr) return { next, saved, unprojected: undefined };

  const h = new Float64Array(width);
  yield* product(h, w_hr, next[0], undefined, 0, width);
  return { next: [h, ...next.slice(1)], saved, unprojected: next[0] };
}

/** out = w · v + bias, for the rows `from` up to `to` of w. */
export function* product(out: Float64Array, w: Numbers, v: Float64Array, bias: Numbers | undefined, from: number, to: number): Generator<void, void> {
  const width = v.length;
  for (let row = from; row < to; row++) {
    let sum = bias ? bias[row] : 0;
    for (let i = 0; i < width; i++) sum += w[row * width + i] * v[i];
    out[row] = sum;
    if (isPause(row - from, width)) yield;
  }
}

/** Whether it is time for a pause after this row of a product with rows of this width. */
export function isPause(row: number, width: number): boolean {
  return (row + 1) % Math.ceil(WORK_BETWEEN_PAUSES / width) === 0;
}

/** What one unit finds in a [G, H] array: its G numbers. */
function block(a: Float64Array, hidden: number, j: number): number[] {
  const values: number[] = [];
  for (let at = j; at < a.length; at += hidden) values.push(a[at]);
  return values;
}

/** What one unit finds in rows of H. A projected h is no unit's own: a cell that can be projected does not look at it. */
export function entries(rows: readonly ArrayLike<number>[], j: number): number[] {
  return rows.map((row) => (j < row.length ? row[j] : 0));
}

/** Every layer and direction of a model, in PyTorch's order. */
export function directedLayers({ layers }: ModelShape): { layer: number; direction: Direction; d: number }[] {
  return layers.flatMap((shape, layer) => directionsOf(shape).map((direction, d) => ({ layer, direction, d })));
}
