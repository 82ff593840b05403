/** What a selective scan does at every word, as its figure needs it: how far each channel steps, and what it keeps. */
import type { Tape } from '../engine';
import { held } from './latest';

/** The scan of one layer, of the run's first model and sequence. */
export interface ScanSteps {
  readonly words: readonly string[];
  /** The layer, from 0, and all layers that have a scan. */
  readonly layer: number;
  readonly layers: readonly number[];
  readonly channels: number;
  /** N: numbers of state in each channel. */
  readonly states: number;
  /** Δ of a channel at a step. */
  delta(t: number, channel: number): number;
  /** Δ at a step, the mean of all channels. */
  meanDelta(t: number): number;
  /** exp(Δ·A): what is kept at step t of number n of a channel. */
  decay(t: number, channel: number, n: number): number;
}

/**
 * @param layer - the last that has a scan unless given
 * @throws Error, in words, where there is none
 */
export async function scanSteps(tape: Tape, words: readonly string[], layer: number | undefined): Promise<ScanSteps> {
  const layers = tape.signals.filter(({ name }) => name === 'decay').map((info) => info.layer);
  const chosen = layer ?? layers.at(-1);
  if (chosen === undefined) throw new Error('This network has no selective scan: none of its layers is Mamba.');
  if (!layers.includes(chosen)) throw new Error(`layer: ${chosen} given; the layers with a scan are ${layers.join(', ')}.`);
  const [ofDelta, ofDecay] = ['delta', 'decay'].map((name) => tape.signal(name, { layer: chosen }));
  const [deltas, decays] = await held(tape, () => Promise.all([ofDelta.read(), ofDecay.read()]));
  const [, , sequences, channels] = ofDelta.shape;
  const states = ofDecay.shape[3] / channels;
  const delta = (t: number, channel: number) => deltas[t * sequences * channels + channel];
  const means = words.map((_, t) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += delta(t, channel);
    return sum / channels;
  });
  return {
    words,
    layer: chosen,
    layers,
    channels,
    states,
    delta,
    meanDelta: (t) => means[t],
    decay: (t, channel, n) => decays[(t * sequences * channels + channel) * states + n],
  };
}

/** log₁₀ of what number n of a channel has left, after step `now`, of what it held after step t: the product of what was kept in between. */
export function keptLog10({ decay }: Pick<ScanSteps, 'decay'>, channel: number, n: number, t: number, now: number): number {
  let log10 = 0;
  for (let step = t + 1; step <= now; step++) log10 += Math.log10(decay(step, channel, n));
  return log10;
}
