/** A block's part of a run's record: how much memory it takes, and its signals. */
import type { Inputs } from '../model/inputs';
import type { SignalEntry } from '../model/signals';
import { layerStates, type BlockLayer, type ModelShape } from '../model/spec';
import type { BlockGradients } from './backward';
import { extentOf, ownParameters } from './block_layer';
import { toEnd } from './driver';
import { programBytes, readSignal, type ProgramRecord } from './ops/program';
import type { ReferenceRun } from './reference_tape';

/** How many bytes a run keeps of a block, without what it reads; its gradients take as much again. */
export function blockBytes(model: ModelShape, { program }: BlockLayer, inputs: Pick<Inputs, 'first' | 'steps' | 'sequences'>): number {
  return programBytes(program, extentOf(model, { ...inputs, lengths: undefined }));
}

/** A copy of a block's signal, or of the gradient there; what its ops did not keep is made again. */
export function blockValues(layer: BlockLayer, { record, parameters, gradients }: ReferenceRun, { info: { layer: k, name }, origin }: SignalEntry): Float64Array {
  const own = record[k] as ProgramRecord;
  const back = gradients && (gradients.layers[k] as BlockGradients).program;
  switch (origin.of) {
    case 'tensor':
    case 'shown':
      return toEnd(readSignal(layer.program, ownParameters(layer, k, parameters), own, { of: origin }))!;
    case 'd_tensor':
    case 'd_shown':
      return toEnd(readSignal(layer.program, ownParameters(layer, k, parameters), own, { of: origin }, back))!;
    case 'final':
      return own.final.get(layerStates(layer)[origin.index].name)!.slice();
    case 'd_initial':
      return back!.initial.get(layerStates(layer)[origin.index].name)!.slice();
    default:
      throw new Error(`${name} is no signal of a block`);
  }
}
