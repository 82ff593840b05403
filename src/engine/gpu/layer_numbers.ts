/** The words of shaders/lib/layer.wgsl's Layer. */
import type { RecurrentLayer as Layer } from '../model/spec';
import type { LayerLayout } from './layer_layout';
import { wordGates } from './word_gates';

/** @param words - whose a_ih the forward kernel looks up */
export function layerNumbers(layer: Layer, layout: LayerLayout, steps: number, sequences: number, { rows = 1, picked = false, words = 0 }: { readonly rows?: number; readonly picked?: boolean; readonly words?: number }): number[] {
  return [layout.models, layer.directions, steps, sequences, rows, layout.hidden / 4, layout.width / 4, layout.planes, layout.dPlanes, picked ? 1 : 0, words, wordGates(layer, layout, words).offset / 4];
}
