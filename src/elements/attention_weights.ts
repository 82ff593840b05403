/** What every word takes from every word before it, head by head, as the figures of attention need it. */
import type { Tape } from '../engine';
import { held } from './latest';

/** The weights of one layer, of the run's first model and sequence. */
export interface AttentionWeights {
  readonly words: readonly string[];
  /** The layer, from 0, and all layers that have such weights. */
  readonly layer: number;
  readonly layers: readonly number[];
  readonly heads: number;
  /** What step t takes from step s: of one head, or the mean of all. */
  at(head: number | undefined, t: number, s: number): number;
}

/** Layers of a run that have weights of attention, from 0. */
export function attendingLayers(tape: Tape): readonly number[] {
  return tape.signals.filter(({ name }) => name === 'attn').map(({ layer }) => layer);
}

/**
 * @param layer - the last that has weights unless given
 * @throws Error, in words, where there are none
 */
export async function attentionWeights(tape: Tape, words: readonly string[], layer: number | undefined): Promise<AttentionWeights> {
  const layers = attendingLayers(tape);
  const chosen = layer ?? layers.at(-1);
  if (chosen === undefined) throw new Error('This network has no layer of attention: its words do not look at one another.');
  if (!layers.includes(chosen)) throw new Error(`layer: ${chosen} given; the layers with attention are ${layers.join(', ')}.`);
  const signal = tape.signal('attn', { layer: chosen });
  const values = await held(tape, () => signal.read());
  const [, , sequences, width] = signal.shape;
  const heads = signal.groups?.count ?? 1;
  const of = (head: number, t: number, s: number) => values[t * sequences * width + head * (width / heads) + s];
  const at = (head: number | undefined, t: number, s: number) => {
    if (head !== undefined) return of(head, t, s);
    let sum = 0;
    for (let k = 0; k < heads; k++) sum += of(k, t, s);
    return sum / heads;
  };
  return { words, layer: chosen, layers, heads, at };
}

/**
 * Over how many things weights that sum to 1 are spread: e to the power of their entropy. n where all n are alike, 1 where one
 * has it all.
 */
export function spread(weights: readonly number[]): number {
  return Math.exp(weights.reduce((sum, weight) => (weight > 0 ? sum - weight * Math.log(weight) : sum), 0));
}
