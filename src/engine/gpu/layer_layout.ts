/**
 * How a layer's tensors lie in GPU memory. Widths are padded to quads of four units and the padding is 0; the two
 * directions are two models; weights are turned so that neighbouring units are neighbours in memory: [N, I, G, H].
 */
import type { SignalStorage } from '../engine';
import type { SignalEntry } from '../model/signals';
import type { Layer, RecurrentLayer } from '../model/spec';

/** A width padded to whole quads. */
export function padded(width: number): number {
  return Math.ceil(width / 4) * 4;
}

/** Sizes and strides of a layer, for M models, T steps and B sequences (or rows of gradients), counted in entries. */
export interface LayerLayout {
  /** N = M · directions */
  readonly models: number;
  readonly inputs: number;
  readonly hidden: number;
  /** of h */
  readonly width: number;
  /** Planes a step leaves behind, and gradient planes. */
  readonly planes: number;
  readonly dPlanes: number;
  /** One state slot [B, H]; one model's slots [T + 1, B, H]; one model's planes [T, B, K, H] and gradients [T, B, Z, H]. */
  readonly slot: number;
  readonly modelStates: number;
  readonly modelGates: number;
  readonly modelGradients: number;
  /** Entries of whole tensors. */
  readonly states: number;
  readonly gates: number;
  readonly dGates: number;
}

export function layerLayout(layer: RecurrentLayer, below: Layer | undefined, models: number, steps: number, sequences: number): LayerLayout {
  const { gates, states, saved, inner, splitGates = 0, unitParameters = [] } = layer.cell;
  const n = models * layer.directions;
  const hidden = padded(layer.hidden);
  const width = padded(layer.width);
  const planes = saved.length + (inner || isProjected(layer) ? 1 : 0);
  const dPlanes = gates.length + splitGates + unitParameters.length;
  const slot = sequences * hidden;
  return {
    models: n,
    inputs: below ? below.directions * padded(below.width) : padded(layer.inputs),
    hidden,
    width,
    planes,
    dPlanes,
    slot,
    modelStates: (steps + 1) * slot,
    modelGates: steps * slot * planes,
    modelGradients: steps * slot * dPlanes,
    states: states.length * n * (steps + 1) * slot,
    gates: n * steps * slot * planes,
    dGates: n * steps * slot * dPlanes,
  };
}

export function isProjected(layer: RecurrentLayer): boolean {
  return layer.width !== layer.hidden;
}

/** A signal's place in a buffer, without the buffer. */
export type Place = Omit<SignalStorage, 'device' | 'buffer' | 'lengths'>;

/** A state's place: after each step, or in the one slot that is before the first step or after the last. */
export function statePlace(layer: RecurrentLayer, layout: LayerLayout, steps: number, state: number, reverse: boolean, which: 'after' | 'before' | 'first' | 'last'): Place {
  const d = reverse ? 1 : 0;
  const slots = { after: 1 - d, before: d, first: reverse ? steps : 0, last: reverse ? 0 : steps };
  return {
    offset: (state * layout.models + d) * layout.modelStates + slots[which] * layout.slot,
    modelStride: layer.directions * layout.modelStates,
    stepStride: which === 'after' || which === 'before' ? layout.slot : 0,
    sequenceStride: layout.hidden,
    groupStride: 0,
    groupWidth: layout.hidden,
    activation: 'identity',
  };
}

/** Both directions' h side by side: forward has h_t in slot t + 1, reverse, one model further, in slot t. */
export function outputPlace(layer: RecurrentLayer, layout: LayerLayout, steps: number, groupWidth: number): Place {
  return { ...statePlace(layer, layout, steps, 0, false, 'after'), groupStride: layout.modelStates - layout.slot, groupWidth };
}

/** From the forward to the reverse direction of what `statePlace` calls after, and before, a step. */
export function directionStride(layout: LayerLayout, which: 'after' | 'before'): number {
  return layout.modelStates + (which === 'after' ? -layout.slot : layout.slot);
}

/** A plane of what the steps leave behind, or of the gradients there. */
export function planePlace(layer: RecurrentLayer, layout: LayerLayout, plane: number, reverse: boolean, of: 'gates' | 'gradients'): Place {
  const planes = of === 'gates' ? layout.planes : layout.dPlanes;
  const model = of === 'gates' ? layout.modelGates : layout.modelGradients;
  return {
    offset: (reverse ? model : 0) + plane * layout.hidden,
    modelStride: layer.directions * model,
    stepStride: layout.slot * planes,
    sequenceStride: layout.hidden * planes,
    groupStride: 0,
    groupWidth: layout.hidden,
    activation: 'identity',
  };
}

/** What a layer reads, or the gradient at it: rows of groups, one per direction of the layer below. */
export function inputPlace(layout: LayerLayout, below: Layer | undefined, inputs: number, steps: number, sequences: number): Place {
  return {
    offset: 0,
    modelStride: steps * sequences * layout.inputs,
    stepStride: sequences * layout.inputs,
    sequenceStride: layout.inputs,
    groupStride: below ? padded(below.width) : 0,
    groupWidth: below ? below.width : inputs,
    activation: 'identity',
  };
}

/** Which of a layer's buffers holds a signal. */
export type SignalTensor = 'states' | 'gates' | 'd_states' | 'd_gates' | 'd_x';

/** Where a recurrent layer's signal lies, or undefined for `x`, which is not one layer's own. */
export function placeOf(
  { info, origin }: SignalEntry,
  layer: RecurrentLayer,
  below: Layer | undefined,
  layout: LayerLayout,
  steps: number,
  sequences: number,
): { tensor: SignalTensor; place: Place } | undefined {
  const reverse = info.direction === 'reverse';
  switch (origin.of) {
    case 'state':
      return { tensor: 'states', place: statePlace(layer, layout, steps, origin.index, reverse, 'after') };
    case 'final':
      return { tensor: 'states', place: statePlace(layer, layout, steps, origin.index, reverse, 'last') };
    case 'output':
      return { tensor: 'states', place: outputPlace(layer, layout, steps, layer.width) };
    case 'saved':
      return { tensor: 'gates', place: { ...planePlace(layer, layout, origin.index, reverse, 'gates'), activation: origin.activation } };
    case 'd_state':
      return { tensor: 'd_states', place: statePlace(layer, layout, steps, origin.index, reverse, 'after') };
    case 'd_initial':
      return { tensor: 'd_states', place: statePlace(layer, layout, steps, origin.index, reverse, 'first') };
    case 'd_gate':
      return { tensor: 'd_gates', place: planePlace(layer, layout, origin.plane, reverse, 'gradients') };
    case 'd_input':
      return { tensor: 'd_x', place: inputPlace(layout, below, layer.inputs, steps, sequences) };
    case 'input':
    case 'tensor':
    case 'shown':
    case 'd_tensor':
    case 'd_shown':
      return undefined;
  }
}
