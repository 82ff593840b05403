/** What an rnn-gates says, in English; the `labels` property may put other words in their place, and in that of its lanes'. */
import { figurePhrases } from './figure_phrases';

export const gatesPhrases = {
  ...figurePhrases,
  ofLayer: ({ layer }: { layer: string }) => `Gates of ${layer}.`,
  noLayer: ({ layer, last }: { layer: string; last: number }) => `layer: ${layer} given; this network has layers 0 to ${last}.`,
  noGates: ({ layer, instead }: { layer: string; instead: string }) => `${layer} has no gates of single units. ${instead}`,
  show: () => 'Show',
  oneUnit: ({ unit }: { unit: number }) => `unit ${unit}, the one at the cursor`,
  mean: () => 'the mean over units',
  allUnits: () => 'all units',
  lane: ({ name, role }: { name: string; role: string }) => `${name}: ${role}`,
  replaced: ({ name }: { name: string }) => `${name}: update gate, how much of the old state is replaced`,
  keptIsOld: () => 'What is left below is of the weights before this training began; it follows when training pauses.',
  keptLane: ({ gate, unit, word }: { gate: string; unit: number; word: string }) => `∏ ${gate}: what is left of unit ${unit} between each word and ‘${word}’`,
  nothingOld: () => 'At the first word there is nothing old to keep. Choose a later one.',
  keptOneStep: ({ unit, first, word, left, gate, half }: { unit: number; first: string; word: string; left: string; gate: string; half: string }) =>
    `Of what unit ${unit} held after ${first}, ${left} is left at ${word}, 1 step later: one gate of ${gate}. At that rate half is lost in ${half}.`,
  kept: ({ unit, first, word, left, steps, gate, half }: { unit: number; first: string; word: string; left: string; steps: number; gate: string; half: string }) =>
    `Of what unit ${unit} held after ${first}, ${left} is left at ${word}, ${steps} steps later: ${steps} gates of ${gate} each, on average. At that rate half is lost in ${half}.`,
  neverHalf: () => 'any number of steps: nothing is lost',
  steps: ({ steps }: { steps: string }) => `${steps} steps`,
} as const;

export type GatesPhrases = typeof gatesPhrases;
