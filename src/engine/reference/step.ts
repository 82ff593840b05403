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
import { isRecurrent, recurrentLayer, type ModelShape } from '../model/spec';

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
  shape: ModelShape,
  parameters: ReadonlyMap<string, Tensor<Data>>,
  layer: number,
  direction: Direction,
  model: number,
): LayerWeights<Data> {
  const { cell, inputs, hidden, width, bias } = recurrentLayer(shape, layer, 'its steps have no weights of a cell');
  const ofModel = (kind: ParameterKind) => {
    const { data } = parameters.get(parameterName(kind, layer, direction))!;
    const count = data.length / shape.seeds.length;
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

  const [ihs, hhs] = [planes(a_ih, hidden), planes(a_hh, hidden)];
  if (cell.inner) {
    const operand = new Float64Array(hidden);
    for (let j = 0; j < hidden; j++) {
      for (let g = 0; g < outer; g++) {
        a_ih[g * hidden + j] += a_hh[g * hidden + j];
        a_hh[g * hidden + j] = 0;
      }
      operand[j] = cell.inner.operand(entries(ihs.slice(0, outer), j), entries(previous, j));
    }
    yield* product(a_hh, w_hh, operand, b_hh, outer * hidden, gates * hidden);
  }

  const next = cell.states.map(() => new Float64Array(hidden));
  const saved = cell.saved.map(() => new Float64Array(hidden));
  const [ih, hh, own, unit] = [ihs, hhs, previous, weights.unit].map((rows) => rows.map(() => 0));
  for (let j = 0; j < hidden; j++) {
    take(ih, ihs, j);
    take(hh, hhs, j);
    take(own, previous, j);
    take(unit, weights.unit, j);
    const step = cell.forward(ih, hh, own, unit);
    put(next, j, step.next);
    put(saved, j, step.saved);
  }
  if (!w_hr) return { next, saved, unprojected: undefined };

  const h = new Float64Array(width);
  yield* product(h, w_hr, next[0], undefined, 0, width);
  return { next: [h, ...next.slice(1)], saved, unprojected: next[0] };
}

/** out = w · v + bias, for the rows `from` up to `to` of w. */
export function* product(out: Float64Array, w: Numbers, v: Float64Array, bias: Numbers | undefined, from: number, to: number): Generator<void, void> {
  for (const [first, end] of stretches(from, to, v.length)) {
    multiply(out, w, v, bias, first, end);
    if (end < to) yield;
  }
}

// Loops of their own: inside a generator they take twice as long.
function multiply(out: Float64Array, w: Numbers, v: Float64Array, bias: Numbers | undefined, from: number, to: number): void {
  const width = v.length;
  for (let row = from; row < to; row++) {
    const at = row * width;
    let sum = bias ? bias[row] : 0;
    for (let i = 0; i < width; i++) sum += w[at + i] * v[i];
    out[row] = sum;
  }
}

/** The rows of a product, of this width, in stretches between which there is a pause. */
export function stretches(from: number, to: number, width: number): (readonly [from: number, to: number])[] {
  const rows = Math.ceil(WORK_BETWEEN_PAUSES / width);
  return Array.from({ length: Math.ceil((to - from) / rows) }, (_, k) => [from + k * rows, Math.min(to, from + (k + 1) * rows)]);
}

/** What one unit finds in rows of H. A projected h is no unit's own: a cell that can be projected does not look at it. */
export function entries(rows: readonly ArrayLike<number>[], j: number): number[] {
  return rows.map((row) => (j < row.length ? row[j] : 0));
}

/** The same, into a place that is used again for every unit. */
export function take(values: number[], rows: readonly ArrayLike<number>[], j: number): void {
  for (let k = 0; k < values.length; k++) values[k] = j < rows[k].length ? rows[k][j] : 0;
}

/** One unit's numbers into rows of H. */
export function put(rows: readonly Float64Array[], j: number, values: readonly number[]): void {
  for (let k = 0; k < values.length; k++) rows[k][j] = values[k];
}

/** A [G, H] array as G rows of H. */
export function planes(values: Float64Array, hidden: number): Float64Array[] {
  return Array.from({ length: values.length / hidden }, (_, g) => values.subarray(g * hidden, (g + 1) * hidden));
}

/** Every recurrent layer and direction of a model, in PyTorch's order. */
export function directedLayers({ layers }: ModelShape): { layer: number; direction: Direction; d: number }[] {
  return layers.flatMap((shape, layer) => (isRecurrent(shape) ? directionsOf(shape).map((direction, d) => ({ layer, direction, d })) : []));
}
