/**
 * One time step of one layer for one sequence of one model, in float64: the three lines every recurrent cell shares,
 * and then the cell. Nothing here is fast on purpose; it is what the kernels are compared with.
 *
 * Written as a generator that pauses now and then, so that the same lines run to the end in Node, in a worker, and in
 * short slices between frames.
 */
import type { Cell } from '../cells/cell';
import { directionsOf, parameterName, type Direction, type Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';

/** One direction of a layer with one model's parameters. */
export interface LayerWeights {
  readonly cell: Cell;
  readonly inputs: number;
  readonly hidden: number;
  /** [G·H, I] */
  readonly w_ih: Float32Array;
  /** [G·H, H] */
  readonly w_hh: Float32Array;
  /** [G·H], or undefined for a layer without bias; so is `b_hh`. */
  readonly b_ih: Float32Array | undefined;
  readonly b_hh: Float32Array | undefined;
}

/** A step's results: S states and K saved values, each a row of H. */
export interface LayerStep {
  readonly next: readonly Float64Array[];
  readonly saved: readonly Float64Array[];
}

/** About a millisecond's worth of multiply-adds: the most that is done between two pauses. */
const WORK_BETWEEN_PAUSES = 2 ** 18;

/** The parameters that one model of a bundle uses in one direction of a layer. */
export function layerWeights({ layers, seeds }: ModelShape, parameters: Parameters, layer: number, direction: Direction, model: number): LayerWeights {
  const { cell, inputs, hidden, bias } = layers[layer];
  const ofModel = (kind: 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh') => {
    const { data } = parameters.get(parameterName(kind, layer, direction))!;
    const count = data.length / seeds.length;
    return data.subarray(model * count, (model + 1) * count);
  };
  return {
    cell,
    inputs,
    hidden,
    w_ih: ofModel('weight_ih'),
    w_hh: ofModel('weight_hh'),
    b_ih: bias ? ofModel('bias_ih') : undefined,
    b_hh: bias ? ofModel('bias_hh') : undefined,
  };
}

/**
 * Advances all units of one sequence by one step.
 * @param x - [I] what the layer reads
 * @param previous - [S] rows of H, the states before the step
 */
export function* layerStep({ cell, hidden, w_ih, w_hh, b_ih, b_hh }: LayerWeights, x: Float64Array, previous: readonly Float64Array[]): Generator<void, LayerStep> {
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
      operand[j] = cell.inner.operand(unit(a_ih, hidden, j).slice(0, outer), previous.map((state) => state[j]));
    }
    yield* product(a_hh, w_hh, operand, b_hh, outer * hidden, gates * hidden);
  }

  const next = cell.states.map(() => new Float64Array(hidden));
  const saved = cell.saved.map(() => new Float64Array(hidden));
  for (let j = 0; j < hidden; j++) {
    const step = cell.forward(unit(a_ih, hidden, j), unit(a_hh, hidden, j), previous.map((state) => state[j]));
    step.next.forEach((value, s) => (next[s][j] = value));
    step.saved.forEach((value, k) => (saved[k][j] = value));
  }
  return { next, saved };
}

/** out = w · v + bias, for the rows `from` up to `to` of w. */
function* product(out: Float64Array, w: Float32Array, v: Float64Array, bias: Float32Array | undefined, from: number, to: number): Generator<void, void> {
  const width = v.length;
  const rowsBetweenPauses = Math.ceil(WORK_BETWEEN_PAUSES / width);
  for (let row = from; row < to; row++) {
    let sum = bias ? bias[row] : 0;
    for (let i = 0; i < width; i++) sum += w[row * width + i] * v[i];
    out[row] = sum;
    if ((row - from + 1) % rowsBetweenPauses === 0) yield;
  }
}

/** What one unit finds in a [G, H] array: its G numbers. */
function unit(a: Float64Array, hidden: number, j: number): number[] {
  const values: number[] = [];
  for (let at = j; at < a.length; at += hidden) values.push(a[at]);
  return values;
}

/** Every layer and direction of a model, in PyTorch's order. */
export function directedLayers({ layers }: ModelShape): { layer: number; direction: Direction; d: number }[] {
  return layers.flatMap((shape, layer) => directionsOf(shape).map((direction, d) => ({ layer, direction, d })));
}
