/** What an rnn-transport says, in English; the `labels` property may put other words in their place. */
import { figurePhrases } from './figure_phrases';

export const transportPhrases = {
  ...figurePhrases,
  playback: () => 'Playback',
  firstStep: () => 'First step',
  stepBack: () => 'One step back',
  play: () => 'Play',
  pause: () => 'Pause',
  stepForward: () => 'One step forward',
  lastStep: () => 'Last step',
  step: () => 'Step',
  speed: () => 'Speed',
  wordsASecond: ({ speed }: { speed: number }) => `${speed} words/s`,
  place: ({ step, steps }: { step: number; steps: number }) => `step ${step} of ${steps}`,
  noWords: () => 'no words',
  wordAt: ({ word, place }: { word: string; place: string }) => `${word}, ${place}`,
} as const;

export type TransportPhrases = typeof transportPhrases;
