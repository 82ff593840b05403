/** What of a model's layers stands, in a view, for the state after a word; and which layer has what only cells have. */
import { isRecurrent, layerStates, layerTitle, type BlockLayer, type Layer, type LayerState, type ModelShape, type RecurrentLayer } from '../engine';

type Layers = Pick<ModelShape, 'layers'>;

/** The signal that the last layer hands on after every word: `h` of a cell, `y` of any other. */
export function outputName({ layers }: Layers): 'h' | 'y' {
  return isRecurrent(layers[layers.length - 1]) ? 'h' : 'y';
}

/** How many units that has, in one direction. */
export function outputUnits({ layers }: Layers): number {
  return layers[layers.length - 1].width;
}

/** The last layer that has a cell, and where it is; undefined where none has. */
export function lastCell({ layers }: Layers): { readonly layer: RecurrentLayer; readonly index: number } | undefined {
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    if (isRecurrent(layer)) return { layer, index };
  }
  return undefined;
}

/** `layer 2 of 3, GRU`; empty where there is only one. */
export function placeInStack({ layers }: Layers, index: number): string {
  return layers.length > 1 ? `layer ${index + 1} of ${layers.length}, ${layerTitle(layers[index])}` : '';
}

/** The states that a layer hands on from step to step; none for one that looks back at all steps, as attention does. */
export function handedOn(layer: Layer): readonly LayerState[] {
  return layerStates(layer).filter(({ grows }) => !grows);
}

/** What a layer without a cell lets a reader look at in the place of gates: `delta (Δ, how far a channel steps)`. */
export function insteadOfGates(layer: BlockLayer): string {
  const shown = layer.program.signals.filter(({ kind }) => kind === 'gate');
  const named = shown.map(({ name, role }) => `${name} (${role.split(':')[0]})`).join(' and ');
  return named ? `A heatmap shows what it has instead: ${named}.` : 'A heatmap shows what it hands on: y.';
}
