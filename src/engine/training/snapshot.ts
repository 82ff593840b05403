/** Where training is: its start, and whether another snapshot can take its place. */
import type { Model } from '../engine';
import { OptionError, ShapeError } from '../errors';
import { checkedParameters, checkedTensors, stateDict } from '../model/parameters';
import { layerStates, type ModelShape } from '../model/spec';
import type { Snapshot } from './trainer';
import type { Training } from './training';

/** A model before its first update: its parameters as they are, empty slots, and no states. */
export function startOf({ shape, parameters }: Pick<Model, 'shape' | 'parameters'>, { optimizer, carryState, first }: Training): Snapshot {
  const empty = () => new Map([...parameters].map(([name, tensor]) => [name, { shape: tensor.shape, data: new Float32Array(tensor.data.length) }] as const));
  return {
    update: 0,
    parameters,
    slots: new Map(optimizer.slots.map((name) => [name, empty()])),
    carried: carryState ? carriedSizes(shape, first.sequences).map((sizes) => sizes.map((size) => new Float32Array(size))) : undefined,
  };
}

/** A snapshot that a training can go on from. Throws OptionError, ShapeError or NonFiniteError saying what does not fit. */
export function checkedSnapshot(shape: ModelShape, { optimizer, carryState, first }: Training, { update, parameters, slots, carried }: Snapshot): Snapshot {
  if (!(Number.isSafeInteger(update) && update >= 0)) throw new OptionError('snapshot', `snapshot: it says to be of update ${update}, which is no whole number.`);
  const names = [...slots.keys()];
  if (names.join() !== optimizer.slots.join()) {
    throw new OptionError('snapshot', `snapshot: its optimiser keeps ${names.join(', ') || 'nothing'}, and ${optimizer.title} keeps ${optimizer.slots.join(', ')}; train with the optimiser it was made with.`);
  }
  const expected = carryState ? sizesText(carriedSizes(shape, first.sequences)) : 'nothing';
  const found = carried ? sizesText(carried.map((states) => states.map(({ length }) => length))) : 'nothing';
  if (expected !== found) throw new ShapeError('carried states', expected, found, 'Train with the model, batch size and carryState it was made with.');
  return {
    update,
    parameters: checkedParameters(shape, stateDict(parameters)),
    slots: new Map([...slots].map(([name, values]) => [name, checkedTensors(shape, stateDict(values))])),
    carried,
  };
}

/** Whether every number is one. */
export function isFiniteSnapshot({ parameters, slots, carried = [] }: Snapshot): boolean {
  const arrays = [...[parameters, ...slots.values()].flatMap((values) => [...values.values()].map(({ data }) => data)), ...carried.flat()];
  return arrays.every((data) => data.every(Number.isFinite));
}

/** How many numbers each layer's states are, [M, D, B, width]. */
function carriedSizes({ layers, seeds }: ModelShape, sequences: number): number[][] {
  return layers.map((layer) => layerStates(layer).map(({ width }) => seeds.length * layer.directions * sequences * width));
}

function sizesText(sizes: readonly (readonly number[])[]): string {
  return sizes.map((layer) => layer.join(' and ')).join(', then ') + ' values';
}
