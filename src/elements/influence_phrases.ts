/** What an rnn-influence says, in English; the `labels` property may put other words in their place, and in that of its heatmap's. */
import { figurePhrases } from './figure_phrases';

export const influencePhrases = {
  ...figurePhrases,
  howToRead: () => 'Point at an entry, or walk with the arrow keys, to read it.',
  feltBy: () => 'Felt by',
  allUnits: () => 'all units',
  unit: ({ unit }: { unit: number }) => `unit ${unit}`,
} as const;

export type InfluencePhrases = typeof influencePhrases;
