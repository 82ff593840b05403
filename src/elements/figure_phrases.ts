/** What all figures of an `<rnn-model>` say, in English; the `labels` property may put other words in their place. */
export const figurePhrases = {
  noModel: () => 'There is no model to show: give for="id" of an <rnn-model>.',
  starting: () => 'Starting…',
  computing: () => 'Computing…',
  loadingFile: ({ name }: { name: string }) => `Loading ${name}…`,
  waits: () => 'The network is being trained. This figure fetches its numbers, so it follows when training pauses.',
  restored: () => 'The GPU is back, and the picture was computed anew.',

  /** What comes from elsewhere: names, what computes, what went wrong. */
  sentence: ({ text }: { text: string }) => text,
} as const;

export type FigurePhrases = typeof figurePhrases;
