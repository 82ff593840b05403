/** Where a run's signals lie on the GPU. */
import type { SignalStorage } from '../engine';
import type { SignalEntry } from '../model/signals';
import type { LayerGradient } from './gradient_buffers';
import { placeOf } from './layer_layout';
import type { RunBuffers } from './run_buffers';

/** A signal's place among the buffers of layer k, or undefined for what the layer reads. */
export function signalStorage(run: RunBuffers, gradients: readonly LayerGradient[] | undefined, entry: SignalEntry, k: number): SignalStorage | undefined {
  const { layer, below, layout, states, gates } = run.layers[k];
  const { steps, sequences } = run.shape;
  const found = placeOf(entry, layer, below, layout, steps, sequences);
  if (!found) return undefined;
  const { d_states, d_gates, d_x } = gradients?.[k] ?? {};
  const tensors = { states, gates, d_states, d_gates, d_x };
  return { device: run.gpu.device, buffer: tensors[found.tensor]!, lengths: run.lengths, ...found.place };
}
