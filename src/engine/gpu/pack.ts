/** Tensors on their way to the GPU and back: turned, padded, and split into directions. */
import type { Tensor } from '../math/tensor';
import { parameterShapes, type Parameters } from '../model/parameters';
import { stateWidth, type RecurrentLayer as Layer, type ModelShape } from '../model/spec';
import { padded } from './layer_layout';
import type { Block, Strides, WeightLayout } from './weight_layout';

/** Every entry of a block that is not padding: where it lies there, and in PyTorch's tensor. */
type VisitEntry = (there: number, here: number) => void;

/** All parameters as the arena holds them, or their turned copies. */
export function packWeights(parameters: Parameters, { seeds }: ModelShape, { blocks, entries, turnedEntries }: WeightLayout, which: 'weights' | 'turned'): Float32Array {
  const packed = new Float32Array(which === 'weights' ? entries : turnedEntries);
  for (const block of blocks) {
    const strides = block[which];
    if (!strides) continue;
    const { data } = parameters.get(block.parameter)!;
    eachEntry(block, strides, seeds.length, data.length / seeds.length, (there, here) => (packed[there] = data[here]));
  }
  return packed;
}

/** Turns what lies as the arena does back into PyTorch's tensors. */
export function unpackWeights(values: Float32Array, model: ModelShape, { blocks }: WeightLayout): Map<string, Tensor<Float32Array>> {
  const tensors = emptyTensors(model);
  for (const block of blocks) addBlock(tensors, block, block.weights, values, model);
  return tensors;
}

/** Zeros in the parameters' names and shapes. */
export function emptyTensors(model: ModelShape): Map<string, Tensor<Float32Array>> {
  const models = model.seeds.length;
  return new Map(
    Array.from(parameterShapes(model), ([name, shape]) => {
      const data = new Float32Array(models * shape.reduce((product, n) => product * n, 1));
      return [name, { shape: models > 1 ? [models, ...shape] : shape, data }];
    }),
  );
}

/** Adds a block's values, which lie at these strides, to its tensor. */
export function addBlock(tensors: ReadonlyMap<string, Tensor<Float32Array>>, block: Block, strides: Strides, values: Float32Array, { seeds }: ModelShape): void {
  const { data } = tensors.get(block.parameter)!;
  eachEntry(block, strides, seeds.length, data.length / seeds.length, (there, here) => (data[here] += values[there]));
}

function eachEntry({ rowIndex, columnIndex }: Block, { offset, model, row, column }: Strides, models: number, count: number, visit: VisitEntry): void {
  for (let m = 0; m < models; m++) {
    rowIndex.forEach((rowPart, r) => {
      if (rowPart < 0) return;
      columnIndex.forEach((columnPart, c) => {
        if (columnPart >= 0) visit(offset + m * model + r * row + c * column, m * count + rowPart + columnPart);
      });
    });
  }
}

/** [S, N, B, H], padded, from per-state [D, B, width], the same for every model, or [M, D, B, width]. Zeros where nothing is given. */
export function packStates(values: readonly (Float32Array | undefined)[], layer: Layer, models: number, sequences: number): Float32Array {
  const hidden = padded(layer.hidden);
  const packed = new Float32Array(values.length * models * layer.directions * sequences * hidden);
  values.forEach((given, s) => {
    if (!given) return;
    const width = stateWidth(layer, s);
    for (let m = 0; m < models; m++) {
      for (let row = 0; row < layer.directions * sequences; row++) {
        const target = ((s * models + m) * layer.directions * sequences + row) * hidden;
        const at = ((m * layer.directions * sequences + row) * width) % given.length; // of all models alike it is there once
        packed.set(given.subarray(at, at + width), target);
      }
    }
  });
  return packed;
}

/** Pads the last axis of rows of that width, to whole quads unless told otherwise. */
export function packRows(rows: Float32Array, width: number, wide = padded(width)): Float32Array {
  if (wide === width) return rows;
  const count = rows.length / width;
  const packed = new Float32Array(count * wide);
  for (let row = 0; row < count; row++) packed.set(rows.subarray(row * width, (row + 1) * width), row * wide);
  return packed;
}

/** Takes the padding from the last axis again. */
export function unpackRows(packed: Float32Array, width: number, wide: number): Float32Array {
  const count = packed.length / wide;
  const rows = new Float32Array(count * width);
  for (let row = 0; row < count; row++) rows.set(packed.subarray(row * wide, row * wide + width), row * width);
  return rows;
}
