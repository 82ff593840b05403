/** Where numbers stopped being finite: the first tensor, in the order in which an update computes them. */
import { directionsOf } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import type { CheckedBatch } from '../training/batch';
import type { BackwardRecord } from './backward';
import type { RolloutRecord, Weights } from './rollout';

/** `weight_hh_l0`, `h` or `d_h of layer 1`, with the time step of what has one. */
export interface NonFinite {
  readonly tensor: string;
  readonly step?: number;
}

/** Looks through an update that was not finite. What is in none of its tensors can only be the loss. */
export function firstNonFinite(model: ModelShape, weights: Weights, { steps }: CheckedBatch, record: RolloutRecord, gradients: BackwardRecord): NonFinite {
  for (const [name, { data }] of weights) if (!data.every(Number.isFinite)) return { tensor: name };
  for (const [k, layer] of model.layers.entries()) {
    const signals = directionsOf(layer).flatMap((direction, d) => {
      const place = placeOf(model, k, direction);
      const { saved, states } = record[k][d];
      return [...saved.map((values, i) => ({ tensor: layer.cell.saved[i] + place, values })), ...states.map((values, s) => ({ tensor: layer.cell.states[s].name + place, values }))];
    });
    const found = first(model, steps, signals, false);
    if (found) return found;
  }
  if (gradients.loss && !gradients.loss.every(Number.isFinite)) return { tensor: 'loss' };
  for (const [k, layer] of [...model.layers.entries()].toReversed()) {
    const signals = directionsOf(layer).flatMap((direction, d) => gradients.layers[k].directions[d].states.map((values, s) => ({ tensor: `d_${layer.cell.states[s].name}${placeOf(model, k, direction)}`, values })));
    const found = first(model, steps, signals, true);
    if (found) return found;
  }
  for (const [name, { data }] of gradients.parameters) if (!data.every(Number.isFinite)) return { tensor: `d_${name}` };
  return { tensor: 'loss' };
}

/** The signal with the earliest bad step, or with the latest where they were computed backward. @param signals - of [M, T, …] */
function first({ seeds }: ModelShape, steps: number, signals: readonly { readonly tensor: string; readonly values: Float64Array }[], backward: boolean): NonFinite | undefined {
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

function placeOf({ layers }: ModelShape, k: number, direction: string): string {
  const parts = [...(layers.length > 1 ? [`of layer ${k}`] : []), ...(direction === 'reverse' ? ['in reverse'] : [])];
  return parts.length ? ` ${parts.join(' ')}` : '';
}
