/** A block layer among the layers of a model: its program's parameters, states and extent cut out of the model's own. */
import type { Tensor } from '../math/tensor';
import { blockParameterName } from '../model/parameters';
import { layerStates, type BlockLayer, type ModelShape } from '../model/spec';
import { prepareBack, prepareRun, type Prepared, type ProgramGradient, type ProgramRecord, type States } from './ops/program';
import type { Extent } from './ops/run';
import type { LayerInput, Read, Weights } from './rollout_record';
import type { Numbers } from './step';

export function extentOf({ seeds }: ModelShape, { first, steps, sequences, lengths }: Pick<Read, 'first' | 'steps' | 'sequences' | 'lengths'>): Extent {
  return { models: seeds.length, steps, sequences, lengths, first };
}

/** A layer's parameters, or anything in their names and shapes, by the program's own names. */
export function ownParameters<Data extends Numbers>({ program }: BlockLayer, k: number, parameters: ReadonlyMap<string, Pick<Tensor<Data>, 'data'>>): Map<string, Data> {
  return new Map(program.parameters.map(({ name }) => [name, parameters.get(blockParameterName(name, k))!.data]));
}

/** Asks for the memory of a run; what the layer reads is put in by `fillInput`. */
export function prepareBlock(model: ModelShape, layer: BlockLayer, k: number, parameters: Weights, inputs: Read): Prepared<ProgramRecord> {
  const extent = extentOf(model, inputs);
  const x = new Float64Array(extent.models * extent.steps * extent.sequences * layer.inputs);
  return prepareRun(layer.program, ownParameters(layer, k, parameters), x, extent, ownStates(layer, extent, inputs.initial[k]));
}

/** Copies what a layer reads into its record, model by model and step by step: all of them may take a while. */
export function* fillInput({ extent, tensors }: ProgramRecord, input: LayerInput): Generator<void, void> {
  const x = tensors.get('x')!;
  const { models, steps, sequences, lengths } = extent;
  const width = x.length / (models * steps * sequences);
  for (let m = 0; m < models; m++) {
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < sequences; b++) {
        if (lengths && t >= lengths[b]) continue;
        const row = (m * steps + t) * sequences + b;
        input(m, t, b, x.subarray(row * width, (row + 1) * width));
      }
      yield;
    }
  }
}

/**
 * Asks for the memory of the way back.
 * @param d_final - per state [1, B, …], the same for every model; undefined is 0
 * @param d_parameters - undefined where nobody asks for the parameters' gradients
 * @param each - rows of gradients for each sequence
 */
export function prepareBlockBack(
  layer: BlockLayer,
  k: number,
  parameters: Weights,
  record: ProgramRecord,
  d_final: readonly (Numbers | undefined)[],
  d_parameters: ReadonlyMap<string, { readonly data: Float64Array }> | undefined,
  each: number,
): Prepared<ProgramGradient> {
  const d_states = ownStates(layer, { ...record.extent, first: record.extent.first + record.extent.steps }, d_final);
  return prepareBack(layer.program, ownParameters(layer, k, parameters), record, d_states, d_parameters ? ownParameters(layer, k, d_parameters) : new Map(), each);
}

/** States by the program's own names, for every model. @param first - how many steps growing ones have rows for */
function ownStates(layer: BlockLayer, { models, sequences, first }: Extent, given: readonly (Numbers | undefined)[]): States {
  const states = new Map<string, Float64Array>();
  layerStates(layer).forEach(({ name, width, grows }, s) => {
    const values = given[s];
    if (!values) return;
    const count = sequences * width * (grows ? first : 1);
    states.set(name, Float64Array.from({ length: models * count }, (_, i) => values[i % values.length]));
  });
  return states;
}
