/**
 * How a layer's tensors lie in GPU memory. Widths are padded to quads of four units and the padding is 0; the two
 * directions are two models; weights are turned so that neighbouring units are neighbours in memory: [N, I, G, H].
 */
import type { SignalStorage } from '../engine';
import { directionsOf, parameterName, type Parameters } from '../model/parameters';
import type { SignalEntry } from '../model/signals';
import type { Layer } from '../model/spec';

/** A width padded to whole quads. */
export function padded(width: number): number {
  return Math.ceil(width / 4) * 4;
}

/** Entry counts of a layer's tensors, for M models, T steps and B sequences. */
export interface LayerSizes {
  /** N = M · directions */
  readonly models: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly w_ih: number;
  readonly w_hh: number;
  readonly bias: number;
  readonly gates: number;
  readonly states: number;
  readonly initial: number;
  readonly inner: number;
}

export function layerSizes(layer: Layer, below: Layer | undefined, models: number, steps: number, sequences: number): LayerSizes {
  const { gates, states, saved, inner } = layer.cell;
  const n = models * layer.directions;
  const hidden = padded(layer.hidden);
  const inputs = below ? below.directions * padded(below.hidden) : padded(layer.inputs);
  return {
    models: n,
    inputs,
    hidden,
    w_ih: n * inputs * gates.length * hidden,
    w_hh: n * hidden * gates.length * hidden,
    bias: n * gates.length * hidden,
    gates: n * steps * sequences * saved.length * hidden,
    states: states.length * n * (steps + 1) * sequences * hidden,
    initial: states.length * n * sequences * hidden,
    inner: inner ? n * sequences * hidden : 4,
  };
}

/** The four parameter tensors of a layer as the kernels read them. */
export interface PackedLayer {
  readonly w_ih: Float32Array;
  readonly w_hh: Float32Array;
  readonly b_ih: Float32Array;
  readonly b_hh: Float32Array;
}

/** Turns PyTorch's [G·H, I] into [N, I, G, H], padded. Missing biases become zeros. */
export function packLayer(parameters: Parameters, layer: Layer, index: number, below: Layer | undefined, models: number): PackedLayer {
  const sizes = layerSizes(layer, below, models, 1, 1);
  const gates = layer.cell.gates.length;
  const directions = directionsOf(layer);
  const packed = {
    w_ih: new Float32Array(sizes.w_ih),
    w_hh: new Float32Array(sizes.w_hh),
    b_ih: new Float32Array(sizes.bias),
    b_hh: new Float32Array(sizes.bias),
  };
  const fill = (target: Float32Array, kind: 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh', columns: number, paddedColumns: number, place: (column: number) => number) => {
    directions.forEach((direction, d) => {
      const values = parameters.get(parameterName(kind, index, direction))?.data;
      if (!values) return;
      for (let m = 0; m < models; m++) {
        const n = m * directions.length + d;
        for (let g = 0; g < gates; g++) {
          for (let j = 0; j < layer.hidden; j++) {
            const row = ((m * gates + g) * layer.hidden + j) * columns;
            for (let i = 0; i < columns; i++) {
              target[((n * paddedColumns + place(i)) * gates + g) * sizes.hidden + j] = values[row + i];
            }
          }
        }
      }
    });
  };
  const inputPlace = below ? (i: number) => Math.floor(i / below.hidden) * padded(below.hidden) + (i % below.hidden) : (i: number) => i;
  fill(packed.w_ih, 'weight_ih', layer.inputs, sizes.inputs, inputPlace);
  fill(packed.w_hh, 'weight_hh', layer.hidden, sizes.hidden, (k) => k);
  fill(packed.b_ih, 'bias_ih', 1, 1, () => 0);
  fill(packed.b_hh, 'bias_hh', 1, 1, () => 0);
  return packed;
}

/** [S, N, B, H], padded, from per-state [D, B, H]; the same for every model. Zeros where nothing is given. */
export function packInitial(initial: readonly (Float32Array | undefined)[], layer: Layer, models: number, sequences: number): Float32Array {
  const hidden = padded(layer.hidden);
  const packed = new Float32Array(initial.length * models * layer.directions * sequences * hidden);
  initial.forEach((values, s) => {
    if (!values) return;
    for (let m = 0; m < models; m++) {
      for (let row = 0; row < layer.directions * sequences; row++) {
        const target = ((s * models + m) * layer.directions * sequences + row) * hidden;
        packed.set(values.subarray(row * layer.hidden, (row + 1) * layer.hidden), target);
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

/** A signal's place in a buffer, without the buffer. */
export type Place = Omit<SignalStorage, 'device' | 'buffer' | 'lengths'>;

/** Which of a layer's buffers holds a signal, and where. Undefined for `x`, which is not one layer's own. */
export function placeOf({ info, origin }: SignalEntry, layer: Layer, models: number, steps: number, sequences: number): { tensor: 'states' | 'gates'; place: Place } | undefined {
  const hidden = padded(layer.hidden);
  const d = info.direction === 'reverse' ? 1 : 0;
  const n = models * layer.directions;
  const slot = sequences * hidden;
  const model = (steps + 1) * slot;
  const state = (index: number, firstSlot: number) => ({
    offset: (index * n + d) * model + firstSlot * slot,
    modelStride: layer.directions * model,
    stepStride: slot,
    sequenceStride: hidden,
    groupStride: 0,
    groupWidth: layer.hidden,
    activation: 'identity' as const,
  });
  switch (origin.of) {
    case 'state':
      return { tensor: 'states', place: state(origin.index, 1 - d) };
    case 'final':
      return { tensor: 'states', place: { ...state(origin.index, d ? 0 : steps), stepStride: 0 } };
    case 'output': // forward has h_t in slot t + 1, reverse, one model further, in slot t
      return { tensor: 'states', place: { ...outputState(state(0, 1), d, model), groupStride: model - slot } };
    case 'saved': {
      const planes = layer.cell.saved.length;
      const place = {
        offset: (d * steps * sequences * planes + origin.index) * hidden,
        modelStride: layer.directions * steps * sequences * planes * hidden,
        stepStride: sequences * planes * hidden,
        sequenceStride: planes * hidden,
        groupStride: 0,
        groupWidth: layer.hidden,
        activation: origin.activation,
      };
      return { tensor: 'gates', place };
    }
    case 'input':
      return undefined;
  }
}

/** The output starts with the forward direction, whichever direction it was asked of. */
function outputState(place: Place, d: number, model: number): Place {
  return { ...place, offset: place.offset - d * model };
}
