/** Where numbers stopped being finite: the first tensor, in the order in which an update computes them. */
import { directionsOf } from '../model/parameters';
import { isRecurrent, type ModelShape } from '../model/spec';
import type { CheckedBatch } from '../training/batch';
import type { BackwardRecord, BlockGradients, RecurrentGradients } from './backward';
import type { ProgramRecord } from './ops/program';
import { directionRecords, type RolloutRecord, type Weights } from './rollout_record';

/** `weight_hh_l0`, `h` or `d_h of layer 1`, `qkv of layer 2`, with the time step of what has one. */
export interface NonFinite {
  readonly tensor: string;
  readonly step?: number;
}

/** Looks through an update that was not finite. What is in none of its tensors can only be the loss. */
export function firstNonFinite(model: ModelShape, weights: Weights, { steps }: Pick<CheckedBatch, 'steps'>, record: RolloutRecord, gradients: BackwardRecord): NonFinite {
  for (const [name, { data }] of weights) if (!data.every(Number.isFinite)) return { tensor: name };
  for (const k of model.layers.keys()) {
    const found = inOrder(model, steps, layerTensors(model, record, k), false);
    if (found) return found;
  }
  if (gradients.loss && !gradients.loss.every(Number.isFinite)) return { tensor: 'loss' };
  for (const k of [...model.layers.keys()].toReversed()) {
    const found = inOrder(model, steps, layerGradients(model, gradients, k).toReversed(), true);
    if (found) return found;
  }
  for (const [name, { data }] of gradients.parameters) if (!data.every(Number.isFinite)) return { tensor: `d_${name}` };
  return { tensor: 'loss' };
}

interface Named {
  readonly tensor: string;
  /** [M, T, …] */
  readonly values: Float64Array;
}

/** What a layer computes, in groups that follow one another: a recurrent layer's step by step together, a block's tensors each for itself. */
function layerTensors(model: ModelShape, record: RolloutRecord, k: number): readonly (readonly Named[])[] {
  const layer = model.layers[k];
  if (!isRecurrent(layer)) return [...(record[k] as ProgramRecord).tensors].map(([name, values]) => [{ tensor: name + placeOf(model, k), values }]);
  const { saved: names, states: ofCell } = layer.cell;
  return [
    directionsOf(layer).flatMap((direction, d) => {
      const { saved, states } = directionRecords(record, k)[d];
      const place = placeOf(model, k, direction);
      return [...saved.map((values, i) => ({ tensor: names[i] + place, values })), ...states.map((values, s) => ({ tensor: ofCell[s].name + place, values }))];
    }),
  ];
}

/** The gradients there, in the same order. */
function layerGradients(model: ModelShape, { layers }: BackwardRecord, k: number): readonly (readonly Named[])[] {
  const layer = model.layers[k];
  if (!isRecurrent(layer)) return [...(layers[k] as BlockGradients).program.tensors].map(([name, values]) => [{ tensor: `d_${name}${placeOf(model, k)}`, values }]);
  return [directionsOf(layer).flatMap((direction, d) => (layers[k] as RecurrentGradients).directions[d].states.map((values, s) => ({ tensor: `d_${layer.cell.states[s].name}${placeOf(model, k, direction)}`, values })))];
}

/** The first of the groups that has a bad step; in it the earliest, or the latest where they were computed backward. */
function inOrder(model: ModelShape, steps: number, groups: readonly (readonly Named[])[], backward: boolean): NonFinite | undefined {
  for (const group of groups) {
    const found = first(model, steps, group, backward);
    if (found) return found;
  }
  return undefined;
}

function first({ seeds }: ModelShape, steps: number, signals: readonly Named[], backward: boolean): NonFinite | undefined {
  for (let i = 0; i < steps; i++) {
    const step = backward ? steps - 1 - i : i;
    for (const { tensor, values } of signals) {
      const width = values.length / (seeds.length * steps);
      for (let m = 0; m < seeds.length; m++) {
        const at = (m * steps + step) * width;
        if (!values.subarray(at, at + width).every(Number.isFinite)) return { tensor, step };
      }
    }
  }
  return undefined;
}

function placeOf({ layers }: ModelShape, k: number, direction = 'forward'): string {
  const parts = [...(layers.length > 1 ? [`of layer ${k}`] : []), ...(direction === 'reverse' ? ['in reverse'] : [])];
  return parts.length ? ` ${parts.join(' ')}` : '';
}
