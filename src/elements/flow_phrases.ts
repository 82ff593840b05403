/**
 * What an rnn-gradient-flow says, in English; the `labels` property may put other words in their place. What is told of numbers
 * (verdicts, readings, names of curves) and of what computed them comes through `sentence`.
 */
import { figurePhrases } from './figure_phrases';

export const flowPhrases = {
  ...figurePhrases,
  measuring: () => 'Measuring…',
  measurement: () => 'Measuring',
  stop: () => 'Stop',
  stopped: () => 'Stopped: this is what was measured so far.',
  tooShort: () => 'A distance needs two words; type a longer sentence.',
  notWhole: ({ at }: { at: string }) => `at: ${at} given; it must be a whole number.`,
  distance: () => 'Distance k',
  distanceFromLast: () => 'Distance k from the last word',
  valuesAt: ({ k }: { k: number }) => `Values at k = ${k}`,
  fromTo: ({ from, to }: { from: string; to: string }) => `: from ${from} back to ${to}`,
  table: () => 'The numbers as a table',

  // the controls
  experiment: () => 'The experiment',
  gain: () => 'Gain of U',
  drive: () => 'Input size',
  driveHasNoEffect: () => 'Without tanh the input has no effect here.',
  stepsShown: () => 'Steps shown',
  cell: () => 'Cell',
  rnn: () => 'plain RNN',
  lstm: () => 'LSTM',
  gru: () => 'GRU',
  biasOf: ({ gate }: { gate: string }) => `Bias of ${gate}`,
  tanh: () => 'tanh',
  matrix: () => 'U',
  orthogonal: () => 'orthogonal',
  gaussian: () => 'Gaussian',
  units: () => 'Units',
  seed: () => 'Seed',
  clip: () => 'Clip the gradient',
  atLength: () => 'at length',
} as const;

export type FlowPhrases = typeof flowPhrases;
