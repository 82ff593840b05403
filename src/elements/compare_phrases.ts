/** What an rnn-compare says, in English; the `labels` property may put other words in their place, and in that of its heatmaps'. */
import { figurePhrases } from './figure_phrases';

export const comparePhrases = {
  ...figurePhrases,
  secondSentence: () => 'Second sentence',
  wordByWord: () => 'Second sentence, word by word',
  compareWith: () => 'Compare with',
  replacement: ({ word }: { word: string }) => `Replacement for ${word}`,
  changeWord: ({ word }: { word: string }) => `${word}, change this word`,
  one: ({ sentence }: { sentence: string }) => `The sentence: ${sentence}`,
  other: ({ sentence }: { sentence: string }) => `The other: ${sentence}`,
  difference: () => 'The difference: the other minus the sentence, in colours of its own',
  lengths: ({ signal, limit }: { signal: string; limit: number }) => `Length of the difference, ‖Δ${signal}‖, at every step, from 0 to ${limit}`,
  lengthAtStep: ({ step, steps, word, length }: { step: string; steps: string; word: string; length: string }) => `At step ${step} of ${steps}, ${word}, the two runs are ${length} apart.`,
  uneven: ({ one, other, things, steps }: { one: number; other: number; things: string; steps: number }) => `The sentences have ${one} and ${other} ${things}; compared are the ${steps} steps that both have.`,
  same: () => 'Both sentences are the same, and the difference is exactly zero everywhere.',
  sameYetDifferent: () => 'Both sentences are the same, yet the difference is not zero: something is wrong with this device.',
  chart: () => 'Length of the difference at every step',
  chartInWords: ({ first, last, largest }: { first: string; last: string; largest: string }) => `Length of the difference, from ${first} at the first step to ${last} at the last; largest ${largest}`,
} as const;

export type ComparePhrases = typeof comparePhrases;
