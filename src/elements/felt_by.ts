/**
 * By what the end of a run is differentiated, where a figure says how far back a gradient reaches. By the last layer's own
 * state: what that layer hands on from step to step, which only a layer with a cell does by itself. Or by what the network
 * read, through all its layers: ‖∂y_T/∂x_t‖, on one absolute scale for layers of every kind.
 */
import { isRecurrent, OptionError, type ModelShape } from '../engine';

export type FeltBy = 'state' | 'input';

/** What is asked for; unless told, the state where there is one. Throws OptionError for anything else. */
export function feltBy({ layers }: Pick<ModelShape, 'layers'>, asked: FeltBy | ''): FeltBy {
  if (asked === '') return isRecurrent(layers[layers.length - 1]) ? 'state' : 'input';
  if (asked === 'state' || asked === 'input') return asked;
  throw new OptionError('by', `by: "${String(asked)}" given; it must be state or input.`);
}
