/** What goes from step to step of the unrolled chain, and what comes up to it from each word. */
import { isRecurrent, type Layer, type ModelShape } from '../engine';
import { handedOn, outputName, placeInStack } from './last_layer';

/** What is written beside the wires of a layer. */
export interface Wires {
  /** What stands in the boxes: `h`, or the output `y` of a layer that has no cell. */
  readonly name: string;
  /** On the way from box to box; undefined where nothing goes there. */
  readonly across: string | undefined;
  /** On the way from each word. */
  readonly up: string;
  readonly layer: Layer;
  /** What a layer that has no cell hands on from step to step. */
  readonly states: readonly string[];
  /** How many layers are below it. */
  readonly below: number;
  /** Which of several layers it is, in words. */
  readonly place: string;
}

/** Of the last layer. */
export function wiresOf(shape: ModelShape): Wires {
  const below = shape.layers.length - 1;
  const layer = shape.layers[below];
  const name = outputName(shape);
  const states = isRecurrent(layer) ? [] : handedOn(layer).map(({ name: state }) => state);
  const across = isRecurrent(layer) ? 'U' : states.length > 0 ? states.join(', ') : undefined;
  return { name, across, up: isRecurrent(layer) ? 'W' : '', layer, states, below, place: placeInStack(shape, below) };
}
