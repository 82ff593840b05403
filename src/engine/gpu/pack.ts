/** Tensors on their way to the GPU and back: turned, padded, and split into directions. */
import type { Tensor } from '../math/tensor';
import { directionsOf, parameterName, type ParameterKind, type Parameters } from '../model/parameters';
import { stateWidth, type Layer, type ModelShape } from '../model/spec';
import { isProjected, padded } from './layer_layout';

/** One direction of one model of a parameter [rows, columns], or undefined where the layer has none. */
type ReadParameter = (kind: ParameterKind, m: number, d: number) => Float32Array | undefined;

/** What the forward kernels read. */
export interface ForwardWeights {
  /** [N, I, G, H] */
  readonly w_ih: Float32Array;
  /** [N, P, G, H] */
  readonly w_hh: Float32Array;
  /** [N, G, H] */
  readonly b_ih: Float32Array;
  readonly b_hh: Float32Array;
  /** [N, U, H] and, projected, [N, H, P] */
  readonly own: Float32Array;
}

/** The same weights as the backward kernels read them. */
export interface BackwardWeights {
  /** [M, D, G, H, I] */
  readonly w_ih_turned: Float32Array;
  /** [N, G, H, P] */
  readonly w_hh_turned: Float32Array;
  /** [N, U, H] and, projected, [N, P, H] */
  readonly own_turned: Float32Array;
}

/** Places a layer's G · H rows and its columns on the padded grid. */
interface Grid {
  readonly gates: number;
  readonly hidden: number;
  readonly wide: number;
  /** Padded place of input i. */
  inputPlace(i: number): number;
  readonly inputs: number;
  readonly width: number;
}

function gridOf(layer: Layer, below: Layer | undefined): Grid {
  const group = below && padded(below.width);
  return {
    gates: layer.cell.gates.length,
    hidden: layer.hidden,
    wide: padded(layer.hidden),
    inputPlace: (i) => (below ? Math.floor(i / below.width) * group! + (i % below.width) : i),
    inputs: below ? below.directions * group! : padded(layer.inputs),
    width: padded(layer.width),
  };
}

function reader(parameters: Parameters, { layers, seeds }: ModelShape, k: number): ReadParameter {
  const directions = directionsOf(layers[k]);
  return (kind, m, d) => {
    const data = parameters.get(parameterName(kind, k, directions[d]))?.data;
    if (!data) return undefined;
    const count = data.length / seeds.length;
    return data.subarray(m * count, (m + 1) * count);
  };
}

export function packForward(parameters: Parameters, model: ModelShape, k: number): ForwardWeights {
  const layer = model.layers[k];
  const grid = gridOf(layer, model.layers[k - 1]);
  const read = reader(parameters, model, k);
  const turned = (kind: ParameterKind, columns: number, wide: number, place: (c: number) => number) =>
    perDirection(model, layer, wide * grid.gates * grid.wide, (target, m, d) => {
      const values = read(kind, m, d);
      if (!values) return;
      eachEntry(grid, columns, (row, c, g, j) => (target[(place(c) * grid.gates + g) * grid.wide + j] = values[row * columns + c]));
    });
  return {
    w_ih: turned('weight_ih', layer.inputs, grid.inputs, grid.inputPlace),
    w_hh: turned('weight_hh', layer.width, grid.width, (c) => c),
    b_ih: turned('bias_ih', 1, 1, () => 0),
    b_hh: turned('bias_hh', 1, 1, () => 0),
    own: joined(unitRows(layer, model, read), projection(layer, model, read, true)),
  };
}

export function packBackward(parameters: Parameters, model: ModelShape, k: number): BackwardWeights {
  const layer = model.layers[k];
  const grid = gridOf(layer, model.layers[k - 1]);
  const read = reader(parameters, model, k);
  const straight = (kind: ParameterKind, columns: number, wide: number, place: (c: number) => number) =>
    perDirection(model, layer, grid.gates * grid.wide * wide, (target, m, d) => {
      const values = read(kind, m, d)!;
      eachEntry(grid, columns, (row, c, g, j) => (target[(g * grid.wide + j) * wide + place(c)] = values[row * columns + c]));
    });
  return {
    w_ih_turned: straight('weight_ih', layer.inputs, grid.inputs, grid.inputPlace),
    w_hh_turned: straight('weight_hh', layer.width, grid.width, (c) => c),
    own_turned: joined(unitRows(layer, model, read), projection(layer, model, read, false)),
  };
}

/** The head's weights: [M, D·P, C] and its bias [M, C], or turned [M, C, D·P]. */
export function packHead(parameters: Parameters, { layers, seeds, classes = 0 }: ModelShape, turned: boolean): { w: Float32Array; bias: Float32Array } {
  const last = layers[layers.length - 1];
  const columns = last.directions * last.width;
  const group = padded(last.width);
  const [inner, outer] = [last.directions * group, padded(classes)];
  const w = new Float32Array(seeds.length * inner * outer);
  const bias = new Float32Array(seeds.length * outer);
  seeds.forEach((_, m) => {
    for (let c = 0; c < classes; c++) {
      bias[m * outer + c] = parameters.get('head.bias')!.data[m * classes + c];
      for (let i = 0; i < columns; i++) {
        const place = Math.floor(i / last.width) * group + (i % last.width);
        const value = parameters.get('head.weight')!.data[(m * classes + c) * columns + i];
        w[m * inner * outer + (turned ? c * inner + place : place * outer + c)] = value;
      }
    }
  });
  return { w, bias };
}

/** [S, N, B, H], padded, from per-state [D, B, width]; the same for every model. Zeros where nothing is given. */
export function packStates(values: readonly (Float32Array | undefined)[], layer: Layer, models: number, sequences: number): Float32Array {
  const hidden = padded(layer.hidden);
  const packed = new Float32Array(values.length * models * layer.directions * sequences * hidden);
  values.forEach((given, s) => {
    if (!given) return;
    const width = stateWidth(layer, s);
    for (let m = 0; m < models; m++) {
      for (let row = 0; row < layer.directions * sequences; row++) {
        const target = ((s * models + m) * layer.directions * sequences + row) * hidden;
        packed.set(given.subarray(row * width, (row + 1) * width), target);
      }
    }
  });
  return packed;
}

/** Pads the last axis of rows of that width. */
export function packRows(rows: Float32Array, width: number): Float32Array {
  const wide = padded(width);
  if (wide === width) return rows;
  const count = rows.length / width;
  const packed = new Float32Array(count * wide);
  for (let row = 0; row < count; row++) packed.set(rows.subarray(row * width, (row + 1) * width), row * wide);
  return packed;
}

/** A gradient as outer_sum.wgsl leaves it: [N, rows + ones, columns], of which some columns belong to some gates. */
export interface GradientBlock {
  readonly values: Float32Array;
  /** Rows and columns of one model, padded. */
  readonly rows: number;
  readonly columns: number;
  /** The first gate of the columns. */
  readonly firstGate: number;
  readonly gates: number;
}

/** Turns blocks of [rows, G, H] back into PyTorch's [G·H, columns], and their row of ones into a bias's [G·H]. */
export function unpackGates(blocks: readonly GradientBlock[], layer: Layer, model: ModelShape, d: number, columns: number, place: (c: number) => number): { weight: Float32Array; bias: Float32Array } {
  const { hidden, cell, directions } = layer;
  const wide = padded(hidden);
  const rows = cell.gates.length * hidden;
  const weight = new Float32Array(model.seeds.length * rows * columns);
  const bias = new Float32Array(model.seeds.length * rows);
  for (const block of blocks) {
    model.seeds.forEach((_, m) => {
      const start = (m * directions + d) * (block.rows + 4) * block.columns;
      for (let g = 0; g < block.gates; g++) {
        for (let j = 0; j < hidden; j++) {
          const row = m * rows + (block.firstGate + g) * hidden + j;
          const column = start + g * wide + j;
          bias[row] = block.values[column + block.rows * block.columns];
          for (let c = 0; c < columns; c++) weight[row * columns + c] = block.values[column + place(c) * block.columns];
        }
      }
    });
  }
  return { weight, bias };
}

/** Where input i of a layer lies among its padded inputs. */
export function inputPlaces(layer: Layer, below: Layer | undefined): (i: number) => number {
  return gridOf(layer, below).inputPlace;
}

/** A tensor with the model axis only where there is more than one model. */
export function bundle(model: ModelShape, shape: readonly number[], data: Float32Array): Tensor<Float32Array> {
  return { shape: model.seeds.length > 1 ? [model.seeds.length, ...shape] : shape, data };
}

function perDirection({ seeds }: ModelShape, { directions }: Layer, count: number, fill: (target: Float32Array, m: number, d: number) => void): Float32Array {
  const packed = new Float32Array(seeds.length * directions * count);
  for (let m = 0; m < seeds.length; m++) {
    for (let d = 0; d < directions; d++) {
      const n = m * directions + d;
      fill(packed.subarray(n * count, (n + 1) * count), m, d);
    }
  }
  return packed;
}

function eachEntry({ gates, hidden }: Grid, columns: number, visit: (row: number, column: number, g: number, j: number) => void): void {
  for (let g = 0; g < gates; g++) {
    for (let j = 0; j < hidden; j++) {
      for (let c = 0; c < columns; c++) visit(g * hidden + j, c, g, j);
    }
  }
}

function unitRows(layer: Layer, model: ModelShape, read: ReadParameter): Float32Array {
  const names = layer.cell.unitParameters ?? [];
  const wide = padded(layer.hidden);
  return perDirection(model, layer, names.length * wide, (target, m, d) => {
    names.forEach((name, u) => target.set(read(`weight_${name}`, m, d)!, u * wide));
  });
}

/** w_hr [P, H], as it is or turned into [H, P]; nothing for a layer without projection. */
function projection(layer: Layer, model: ModelShape, read: ReadParameter, turned: boolean): Float32Array {
  if (!isProjected(layer)) return new Float32Array(0);
  const [hidden, width] = [padded(layer.hidden), padded(layer.width)];
  return perDirection(model, layer, hidden * width, (target, m, d) => {
    const values = read('weight_hr', m, d)!;
    for (let p = 0; p < layer.width; p++) {
      for (let j = 0; j < layer.hidden; j++) target[turned ? j * width + p : p * hidden + j] = values[p * layer.hidden + j];
    }
  });
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const whole = new Float32Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
