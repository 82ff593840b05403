/** The words of shaders/lib/layer.wgsl's Layer. */
import type { RecurrentLayer as Layer } from '../model/spec';
import type { LayerLayout } from './layer_layout';

export function layerNumbers(layer: Layer, layout: LayerLayout, steps: number, sequences: number, rows: number, picked: boolean): number[] {
  return [layout.models, layer.directions, steps, sequences, rows, layout.hidden / 4, layout.width / 4, layout.planes, layout.dPlanes, picked ? 1 : 0];
}
