/** Where a run's signals lie on the GPU. */
import type { SignalStorage } from '../engine';
import type { SignalEntry } from '../model/signals';
import type { LayerGradient } from './gradient_buffers';
import { placeOf } from './layer_layout';
import type { RunBuffers } from './run_buffers';

/** A signal's place among the buffers of layer k, or undefined for what the layer reads. */
export function signalStorage(run: RunBuffers, gradients: readonly LayerGradient[] | undefined, entry: SignalEntry, k: number): SignalStorage | undefined {
  const own = run.layers[k];
  const gradient = gradients?.[k];
  if (own.kind === 'block') return own.storageOf(gradient?.kind === 'block' ? gradient.back : undefined, entry);
  const { layer, below, layout, states, gates } = own;
  const { steps, sequences } = run.shape;
  const found = placeOf(entry, layer, below, layout, steps, sequences);
  if (!found) return undefined;
  const back = gradient?.kind === 'recurrent' ? gradient : undefined;
  const tensors = { states, gates, d_states: back?.d_states, d_gates: back?.d_gates, d_x: back?.d_x.buffer };
  const offset = found.place.offset + (found.tensor === 'd_x' ? back!.d_x.offset : 0);
  return { device: run.gpu.device, buffer: tensors[found.tensor]!, lengths: run.lengths, ...found.place, offset };
}
