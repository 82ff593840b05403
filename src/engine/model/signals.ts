/** Which signals a run leaves behind: their names, shapes and ranges, the same for both engines. */
import { hasGradient, signalWidth, type BlockSignal } from '../blocks/program';
import type { Range } from '../cells/cell';
import { UnknownSignalError } from '../errors';
import type { Activation } from '../math/activation';
import type { Inputs } from './inputs';
import { directionsOf, type Direction } from './parameters';
import { isRecurrent, layerStates, stateWidth, type BlockLayer, type Layer, type ModelShape, type RecurrentLayer } from './spec';

export type SignalKind = 'state' | 'gate' | 'pre-activation' | 'value' | 'output' | 'input' | 'final state' | 'gradient' | 'initial gradient';

/** A named tensor of a run. */
export interface SignalInfo {
  /**
   * `h c`, a gate's letter, `a_` + gate, `y` (directions side by side), `x` (what the layer read), `h_n c_n`. After a
   * backward pass also `d_h d_c` (total derivatives), `d_a_` + gate (at a_ih; `d_a_hh.n` where a_hh's differs), `d_x`,
   * `d_h0 d_c0`. A block has the signals of its program (`attn q k v`, `delta decay B C h`), `y`, `x`, each of its states
   * with `_n`, and after a backward pass `d_` + what a loss feels of them.
   */
  readonly name: string;
  readonly kind: SignalKind;
  readonly layer: number;
  readonly direction: Direction;
  /**
   * [M, T, B, width]; final states and initial gradients [M, B, width], growing ones [M, B, steps so far, width]. Steps past
   * a sequence's length hold 0.
   */
  readonly shape: readonly number[];
  readonly range: Range;
  /** What it is, in a few words. */
  readonly role: string;
  /** What the width is divided into, and how many of them: of `attn` each head has a part, with an entry for every step so far. */
  readonly groups?: BlockSignal['groups'];
}

/** Where a signal's numbers are found among what the engines keep. */
export type SignalOrigin =
  | { readonly of: 'state'; readonly index: number }
  | { readonly of: 'saved'; readonly index: number; readonly activation: Activation }
  | { readonly of: 'output' }
  | { readonly of: 'input' }
  | { readonly of: 'final'; readonly index: number }
  | { readonly of: 'd_state'; readonly index: number }
  /** A plane of the gradients at the pre-activations: G at a_ih, then those at a_hh that differ. */
  | { readonly of: 'd_gate'; readonly plane: number }
  | { readonly of: 'd_input' }
  | { readonly of: 'd_initial'; readonly index: number }
  /** Of a block: a tensor of its program or a part of one, or what the op that writes `by` shows; and the gradients there. */
  | { readonly of: 'tensor' | 'd_tensor'; readonly tensor: string }
  | { readonly of: 'shown' | 'd_shown'; readonly shown: string; readonly by: string };

export interface SignalEntry {
  readonly info: SignalInfo;
  readonly origin: SignalOrigin;
}

/** Which layer and direction a signal is asked of; the last layer and the forward direction unless given. */
export interface SignalPlace {
  readonly layer?: number;
  readonly direction?: Direction;
}

/** How far a run goes; it begins with the first of all steps unless told otherwise. */
type Extent = Pick<Inputs, 'steps' | 'sequences'> & Partial<Pick<Inputs, 'first'>>;

/** All signals of a run of this model on these inputs. */
export function signalEntries(model: ModelShape, inputs: Extent): SignalEntry[] {
  return eachDirection(model, (layer, index, direction) => (isRecurrent(layer) ? layerEntries(model, inputs, layer, index, direction) : blockEntries(model, inputs, layer, index)));
}

/** What a backward pass adds to them. */
export function gradientEntries(model: ModelShape, inputs: Extent): SignalEntry[] {
  return eachDirection(model, (layer, index, direction) => (isRecurrent(layer) ? layerGradients(model, inputs, layer, index, direction) : blockGradients(model, inputs, layer, index)));
}

function eachDirection(model: ModelShape, entriesOf: (layer: Layer, index: number, direction: Direction) => SignalEntry[]): SignalEntry[] {
  return model.layers.flatMap((layer, index) => directionsOf(layer).flatMap((direction) => entriesOf(layer, index, direction)));
}

/** Finds a signal. Throws UnknownSignalError with the names there are at that place. */
export function findSignal(entries: readonly SignalEntry[], name: string, place: SignalPlace = {}): SignalEntry {
  const last = entries[entries.length - 1].info.layer;
  const { layer = last, direction = 'forward' } = place;
  const here = entries.filter(({ info }) => info.layer === layer && info.direction === direction);
  const found = here.find(({ info }) => info.name === name);
  if (found) return found;
  if (here.length) {
    const early = name.startsWith('d_') && !here.some(({ info }) => info.kind === 'gradient');
    throw new UnknownSignalError(name, here.map(({ info }) => info.name), early ? 'Gradients (d_…) are there after tape.backward(loss).' : '');
  }
  const places = [...new Set(entries.map(({ info }) => `layer ${info.layer} ${info.direction}`))];
  throw new UnknownSignalError(`${name} of layer ${layer} ${direction}`, places);
}

function layerEntries(model: ModelShape, { steps, sequences }: Extent, layer: RecurrentLayer, index: number, direction: Direction): SignalEntry[] {
  const models = model.seeds.length;
  const { cell, hidden, directions } = layer;
  const entry = (name: string, kind: SignalKind, width: number, range: Range, role: string, origin: SignalOrigin): SignalEntry => {
    const shape = kind === 'final state' ? [models, sequences, width] : [models, steps, sequences, width];
    return { info: { name, kind, layer: index, direction, shape, range, role }, origin };
  };
  const output = cell.states[0];
  return [
    ...cell.states.map((state, s) => entry(state.name, 'state', stateWidth(layer, s), state.range, state.role, { of: 'state', index: s })),
    ...cell.gates.map(({ name, activation, role }, g) => entry(name, 'gate', hidden, rangeOf(activation), role, { of: 'saved', index: g, activation })),
    ...cell.saved.flatMap((name, k) => {
      if (cell.gates[k]?.activation === 'identity') return []; // the gate itself already is its pre-activation
      const role = cell.gates[k] ? `pre-activation of ${cell.gates[k].name}` : `${name}, kept for the gradient`;
      return [entry(name, 'pre-activation', hidden, 'unbounded', role, { of: 'saved', index: k, activation: 'identity' })];
    }),
    entry('y', 'output', directions * layer.width, output.range, "the layer's output, directions side by side", { of: 'output' }),
    entry('x', 'input', layer.inputs, 'unbounded', 'what the layer reads', { of: 'input' }),
    ...cell.states.map((state, s) => entry(`${state.name}_n`, 'final state', stateWidth(layer, s), state.range, `${state.role} after the last step`, { of: 'final', index: s })),
  ];
}

function layerGradients(model: ModelShape, { steps, sequences }: Extent, layer: RecurrentLayer, index: number, direction: Direction): SignalEntry[] {
  const models = model.seeds.length;
  const { cell, hidden, inputs } = layer;
  const split = cell.splitGates ?? 0;
  const entry = (name: string, kind: 'gradient' | 'initial gradient', width: number, role: string, origin: SignalOrigin): SignalEntry => {
    const shape = kind === 'initial gradient' ? [models, sequences, width] : [models, steps, sequences, width];
    return { info: { name, kind, layer: index, direction, shape, range: 'unbounded', role }, origin };
  };
  return [
    ...cell.states.map(({ name, role }, s) => entry(`d_${name}`, 'gradient', stateWidth(layer, s), `∂loss/∂${name}: what the loss can feel of the ${role}`, { of: 'd_state', index: s })),
    ...cell.gates.map(({ name }, g) => entry(`d_a_${name}`, 'gradient', hidden, `∂loss/∂ pre-activation of ${name}`, { of: 'd_gate', plane: g })),
    ...cell.gates.slice(cell.gates.length - split).map(({ name }, i) =>
      entry(`d_a_hh.${name}`, 'gradient', hidden, `∂loss/∂ recurrent half of the pre-activation of ${name}`, { of: 'd_gate', plane: cell.gates.length + i }),
    ),
    entry('d_x', 'gradient', inputs, '∂loss/∂x, all directions together', { of: 'd_input' }),
    ...cell.states.map(({ name }, s) => entry(`d_${name}0`, 'initial gradient', stateWidth(layer, s), `∂loss/∂${name} before the first step`, { of: 'd_initial', index: s })),
  ];
}

function blockEntries({ seeds }: ModelShape, { first = 0, steps, sequences }: Extent, layer: BlockLayer, index: number): SignalEntry[] {
  const { program } = layer;
  const place = { layer: index, direction: 'forward' } as const;
  return [
    ...program.signals.map(({ name, kind, range, role, groups, of }): SignalEntry => {
      const shape = [seeds.length, steps, sequences, signalWidth(program, { of }, first + steps)];
      return { info: { name, kind, ...place, shape, range, role, ...(groups && { groups }) }, origin: 'tensor' in of ? { of: 'tensor', ...of } : { of: 'shown', ...of } };
    }),
    ...layerStates(layer).map(({ name, width, grows, range, role }, s): SignalEntry => {
      const shape = [seeds.length, sequences, ...(grows ? [first + steps] : []), width];
      return { info: { name: `${name}_n`, kind: 'final state', ...place, shape, range, role: `${role} after the last step` }, origin: { of: 'final', index: s } };
    }),
  ];
}

function blockGradients({ seeds }: ModelShape, { first = 0, steps, sequences }: Extent, layer: BlockLayer, index: number): SignalEntry[] {
  const { program } = layer;
  const place = { layer: index, direction: 'forward', range: 'unbounded' } as const;
  const felt = program.signals.filter((signal) => hasGradient(program, signal));
  const states = layerStates(layer).map((state, s) => ({ ...state, s }));
  return [
    ...felt.map(({ name, role, groups, of }): SignalEntry => {
      const shape = [seeds.length, steps, sequences, signalWidth(program, { of }, first + steps)];
      const info = { name: `d_${name}`, kind: 'gradient', ...place, shape, role: `∂loss/∂${name}: what the loss can feel of ${role}`, ...(groups && { groups }) } as const;
      return { info, origin: 'tensor' in of ? { of: 'd_tensor', ...of } : { of: 'd_shown', ...of } };
    }),
    // Before the first of all steps a growing state has no rows to feel anything.
    ...states.filter(({ grows }) => !grows || first > 0).map(({ name, width, grows, s }): SignalEntry => {
      const shape = [seeds.length, sequences, ...(grows ? [first] : []), width];
      return { info: { name: `d_${name}0`, kind: 'initial gradient', ...place, shape, role: `∂loss/∂${name} before the first step` }, origin: { of: 'd_initial', index: s } };
    }),
  ];
}

function rangeOf(activation: Activation): Range {
  if (activation === 'sigmoid') return [0, 1];
  if (activation === 'tanh') return [-1, 1];
  if (activation === 'wideSigmoid') return [-2, 2];
  return 'unbounded';
}
