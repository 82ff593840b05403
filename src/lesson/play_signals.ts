/** The signals that a network of the playground will have, layer by layer, before it has run. */
import { isRecurrent, type Layer } from '../engine';

/** A signal with an entry for every word. */
export interface PlaySignal {
  readonly name: string;
  readonly role: string;
}

/** States and gates of a cell, what a block shows, what is read and handed on, and gradients of these. */
export function signalsOf(layer: Layer): readonly PlaySignal[] {
  const read = { name: 'x', role: 'what the layer reads' };
  const felt = (signals: readonly PlaySignal[]) => signals.map(({ name, role }) => ({ name: `d_${name}`, role: `gradient of ${role}` }));
  if (!isRecurrent(layer)) {
    const shown = layer.program.signals.map(({ name, role }) => ({ name, role: shortened(role) }));
    return [...shown, ...felt(shown.filter(({ name }) => name === 'y' || name === 'x'))];
  }
  const { states, gates } = layer.cell;
  const own = states.map(({ name, role }) => ({ name, role: shortened(role) }));
  const sums = gates.filter(({ activation }) => activation !== 'identity').map(({ name }) => ({ name: `a_${name}`, role: `pre-activation of ${name}` }));
  return [...own, ...gates.map(({ name, role }) => ({ name, role: shortened(role) })), ...sums, read, ...felt([...own, read])];
}

/** What the last of the layers hands on, or the chosen signal where there is such a one. @param chosen - `h.2`: its name and its layer, from 1 */
export function shownSignal(layers: readonly Layer[], chosen: string): { readonly name: string; readonly layer: number } {
  const [, name = '', number = '0'] = /^(.+)\.(\d)$/.exec(chosen) ?? [];
  const layer = layers[Number(number) - 1];
  if (layer && signalsOf(layer).some((signal) => signal.name === name)) return { name, layer: Number(number) - 1 };
  return { name: isRecurrent(layers[layers.length - 1]) ? 'h' : 'y', layer: layers.length - 1 };
}

function shortened(role: string): string {
  return role.split(':')[0];
}
