/** Parameter gradients on their way back: read from the GPU and turned into PyTorch's names and shapes. */
import type { Tensor } from '../math/tensor';
import { directionsOf, parameterName, vocabularySize } from '../model/parameters';
import type { Layer, ModelShape } from '../model/spec';
import type { GradientBuffers, LayerSums, WeightSum } from './gradient_buffers';
import { padded } from './layer_layout';
import { bundle, inputPlaces, unpackGates, type GradientBlock } from './pack';
import type { Readback } from './readback';

/** Rejects with DeviceLostError. */
export async function parameterGradients(model: ModelShape, gradients: GradientBuffers, readback: Readback): Promise<Map<string, Tensor<Float32Array>>> {
  const found = new Map<string, Tensor<Float32Array>>();
  const set = (name: string, shape: readonly number[], data: Float32Array) => found.set(name, bundle(model, shape, data));
  if (gradients.d_table && 'embedding' in model.input) {
    const words = vocabularySize(model.input.vocab)!;
    const { embedding } = model.input;
    const tableRows = gradients.d_table.size / 4 / model.seeds.length / padded(embedding);
    const values = await readback.buffer(gradients.d_table);
    set('embedding.weight', [words, embedding], cut(values, model.seeds.length, tableRows, padded(embedding), words, embedding));
  }
  for (const [k, layer] of model.layers.entries()) {
    await layerGradients(model, layer, model.layers[k - 1], k, gradients.layers[k].sums!, readback, set);
  }
  if (gradients.head) await headGradients(model, gradients.head.sums, readback, set);
  return found;
}

type SetGradient = (name: string, shape: readonly number[], data: Float32Array) => void;

async function layerGradients(model: ModelShape, layer: Layer, below: Layer | undefined, k: number, sums: LayerSums, readback: Readback, set: SetGradient): Promise<void> {
  const block = async (sum: WeightSum): Promise<GradientBlock> => ({ ...sum, values: await readback.buffer(sum.buffer) });
  const ih = await block(sums.ih);
  const hh = await Promise.all(sums.hh.map(block));
  const hr = sums.hr && (await block(sums.hr));
  const unit = sums.unit && (await block(sums.unit));
  const rows = layer.cell.gates.length * layer.hidden;
  directionsOf(layer).forEach((direction, d) => {
    const name = (kind: Parameters<typeof parameterName>[0]) => parameterName(kind, k, direction);
    const input = unpackGates([ih], layer, model, d, layer.inputs, inputPlaces(layer, below));
    const recurrent = unpackGates(hh, layer, model, d, layer.width, (c) => c);
    set(name('weight_ih'), [rows, layer.inputs], input.weight);
    set(name('weight_hh'), [rows, layer.width], recurrent.weight);
    if (layer.bias) {
      set(name('bias_ih'), [rows], input.bias);
      set(name('bias_hh'), [rows], recurrent.bias);
    }
    if (hr) set(name('weight_hr'), [layer.width, layer.hidden], turned(hr, model, layer, d));
    layer.cell.unitParameters?.forEach((unitName, u) => {
      const values = model.seeds.flatMap((_, m) => {
        const start = (m * layer.directions + d) * 4 * unit!.columns + u * padded(layer.hidden);
        return Array.from(unit!.values.subarray(start, start + layer.hidden));
      });
      set(name(`weight_${unitName}`), [layer.hidden], Float32Array.from(values));
    });
  });
}

/** [N, H, P] as [P, H] of one direction. */
function turned({ values, rows, columns }: GradientBlock, { seeds }: ModelShape, { hidden, width, directions }: Layer, d: number): Float32Array {
  const result = new Float32Array(seeds.length * width * hidden);
  seeds.forEach((_, m) => {
    const start = (m * directions + d) * (rows + 4) * columns;
    for (let p = 0; p < width; p++) {
      for (let j = 0; j < hidden; j++) result[(m * width + p) * hidden + j] = values[start + j * columns + p];
    }
  });
  return result;
}

async function headGradients(model: ModelShape, sums: WeightSum, readback: Readback, set: SetGradient): Promise<void> {
  const { seeds, layers, classes = 0 } = model;
  const last = layers[layers.length - 1];
  const columns = last.directions * last.width;
  const group = padded(last.width);
  const values = await readback.buffer(sums.buffer);
  const weight = new Float32Array(seeds.length * classes * columns);
  const bias = new Float32Array(seeds.length * classes);
  seeds.forEach((_, m) => {
    const start = m * (sums.rows + 4) * sums.columns;
    for (let c = 0; c < classes; c++) {
      bias[m * classes + c] = values[start + sums.rows * sums.columns + c];
      for (let i = 0; i < columns; i++) {
        const place = Math.floor(i / last.width) * group + (i % last.width);
        weight[(m * classes + c) * columns + i] = values[start + place * sums.columns + c];
      }
    }
  });
  set('head.weight', [classes, columns], weight);
  set('head.bias', [classes], bias);
}

/** The first rows and columns of M padded matrices. */
function cut(values: Float32Array, models: number, rows: number, columns: number, wantedRows: number, wantedColumns: number): Float32Array {
  const result = new Float32Array(models * wantedRows * wantedColumns);
  for (let m = 0; m < models; m++) {
    for (let row = 0; row < Math.min(rows, wantedRows); row++) {
      const start = (m * rows + row) * columns;
      result.set(values.subarray(start, start + wantedColumns), (m * wantedRows + row) * wantedColumns);
    }
  }
  return result;
}
