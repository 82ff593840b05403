/** What a described layer is. Apart from what describes one: a page that only draws loads no cells and no blocks for it. */
import type { Layer, RecurrentLayer } from './spec';

/** Whether a layer is a cell that is taken from step to step, and no block. */
export function isRecurrent(layer: Layer): layer is RecurrentLayer {
  return layer.kind === 'recurrent';
}

/** The name people say of a layer. */
export function layerTitle(layer: Layer): string {
  return isRecurrent(layer) ? layer.cell.title : layer.block.title;
}
