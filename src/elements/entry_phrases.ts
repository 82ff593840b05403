/** What an rnn-entry says, in English; the `labels` property may put other words in their place. Names of cells, gates and their roles come through `sentence`. */
import { figurePhrases } from './figure_phrases';

export const entryPhrases = {
  ...figurePhrases,
  equations: ({ cell }: { cell: string }) => `Equations of the ${cell}, with the numbers of this unit`,
  after: ({ word, step, steps }: { word: string; step: number; steps: number }) => `After ${word}, step ${step} of ${steps}`,
  afterInLayer: ({ word, step, steps, layer }: { word: string; step: number; steps: number; layer: string }) => `After ${word}, step ${step} of ${steps}, in ${layer}`,
  unit: () => 'Unit',
  takenApart: () => 'Taken apart',
  gate: ({ name, role }: { name: string; role: string }) => `${name}, ${role}`,

  // the terms
  productOf: ({ name }: { name: string }) => `What ${name} is the product of`,
  termsOf: ({ name, count }: { name: string; count: number }) => `The ${count} terms of ${name}, largest first`,
  product: ({ name }: { name: string }) => `so ${name}`,
  stateSum: ({ name }: { name: string }) => `their sum, ${name}`,
  terms: ({ count }: { count: number }) => `The ${count} terms of the sum, largest first`,
  otherTerm: () => 'the other term',
  otherTerms: ({ count }: { count: number }) => `the other ${count} terms`,
  ofInput: () => 'all of W·x',
  ofState: () => 'all of U·h',
  ofResetState: () => 'all of r·U·h',
  ofPeephole: () => 'the peephole, p·c',
  ofBiases: () => 'both biases b',
  sum: () => 'their sum, a',
  largestOnly: () => 'Show the largest only',
  allTerms: ({ count }: { count: number }) => `Show all ${count} terms`,

  // what becomes of it
  shownOnly: () => 'What the unit shows of its cell state; the cell state itself stays as it is.',
  untouched: () => 'nothing is taken off',
  share: ({ gate, share }: { gate: string; share: string }) => `${gate} = ${share} of it is kept`,
  kept: ({ name, old, how, share }: { name: string; old: string; how: string; share: string }) =>
    `The old ${name} was ${old}; ${how}. A correction to ${name} passes back through this step times ${share}, on this direct way: no matrix, and no slope of tanh.`,
  theSum: () => 'the sum',
  curve: ({ curve, at, value, slope }: { curve: string; at: string; value: string; slope: string }) => `${curve} at ${at} is ${value}, and its slope there is ${slope}`,
  slope: ({ of, value, rule, slope }: { of: string; value: string; rule: string; slope: string }) => `${of} = ${value}. The slope there, ${rule}, is ${slope}.`,

  // a weight changed by hand
  changeWeight: ({ weight }: { weight: string }) => `Change the weight ${weight}`,
  startedAs: ({ value }: { value: string }) => `started as ${value}`,
  weight: ({ weight }: { weight: string }) => `Weight ${weight}`,
  valueOf: ({ weight }: { weight: string }) => `Value of ${weight}`,
  resetTo: ({ weight, value }: { weight: string; value: string }) => `Reset ${weight} to ${value}`,
  reset: () => 'Reset',
  noWeight: ({ most, value }: { most: number; value: string }) => `A weight is a number from −${most} to ${most}; the figures still show ${value}.`,
  trained: () => 'Training has moved this network’s weights. Reset the training to change one by hand.',
  mostChanged: ({ count }: { count: number }) => `${count} weights are changed already; reset one to change this one.`,
  dragOnce: () => 'Drag it: every figure follows.',
  drag: ({ steps }: { steps: number }) => `Drag it: one number, used at all ${steps} steps, and every figure follows.`,
  change: ({ weight, from, to }: { weight: string; from: string; to: string }) => `${weight} from ${from} to ${to}`,
  changed: ({ changes }: { changes: string }) => `Changed by hand: ${changes}.`,
  resetOne: () => 'Reset all',
  resetAll: ({ count }: { count: number }) => `Reset all ${count}`,
} as const;

export type EntryPhrases = typeof entryPhrases;
