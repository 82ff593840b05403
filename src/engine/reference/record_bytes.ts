/** How much memory the reference's passes take, from shapes alone. */
import type { Inputs } from '../model/inputs';
import { parameterShapes } from '../model/parameters';
import { size } from '../math/tensor';
import { isRecurrent, stateWidth, type ModelShape, type RecurrentLayer } from '../model/spec';
import type { blockBytes } from './block_values';

/**
 * How much memory a record takes, in bytes.
 * @param ofBlock - `blockBytes`, for a model that has blocks
 */
export function recordBytes(model: ModelShape, inputs: Pick<Inputs, 'first' | 'steps' | 'sequences'>, ofBlock: typeof blockBytes | undefined): number {
  const rows = model.seeds.length * inputs.steps * inputs.sequences;
  return model.layers.reduce((sum, layer) => {
    if (!isRecurrent(layer)) return sum + Float64Array.BYTES_PER_ELEMENT * rows * layer.inputs + ofBlock!(model, layer, inputs);
    const { cell, directions, hidden, width } = layer;
    const states = width === hidden ? cell.states.length * hidden : width + cell.states.length * hidden;
    return sum + Float64Array.BYTES_PER_ELEMENT * rows * directions * (states + cell.saved.length * hidden);
  }, 0);
}

/**
 * How much memory a backward record takes, in bytes.
 * @param ofBlock - `blockBytes`, for a model that has blocks
 */
export function backwardBytes(model: ModelShape, inputs: Pick<Inputs, 'first' | 'steps' | 'sequences'>, ofBlock: typeof blockBytes | undefined): number {
  const rows = model.seeds.length * inputs.steps * inputs.sequences;
  const parameters = [...parameterShapes(model).values()].reduce((sum, shape) => sum + size(shape), 0);
  return model.layers.reduce(
    (sum, layer) => {
      if (!isRecurrent(layer)) return sum + Float64Array.BYTES_PER_ELEMENT * rows * layer.inputs + ofBlock!(model, layer, inputs);
      const states = layer.cell.states.reduce((total, _, s) => total + stateWidth(layer, s), 0);
      return sum + Float64Array.BYTES_PER_ELEMENT * rows * (layer.inputs + layer.directions * (states + planesOf(layer) * layer.hidden));
    },
    Float64Array.BYTES_PER_ELEMENT * model.seeds.length * parameters,
  );
}

/** How many rows of gradients a direction keeps at its pre-activations. */
export function planesOf({ cell }: RecurrentLayer): number {
  return cell.gates.length + (cell.splitGates ?? 0);
}
