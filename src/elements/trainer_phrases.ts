/** What an rnn-trainer says, in English; the `labels` property may put other words in their place. Names of tasks and what they are about come through `sentence`. */
import { figurePhrases } from './figure_phrases';

export const trainerPhrases = {
  ...figurePhrases,
  noModel: () => 'There is no model to train: give for="id" of an <rnn-model>.',

  // buttons, and why they cannot be pressed
  training: () => 'Training',
  train: () => 'Train',
  pause: () => 'Pause',
  step: () => 'Step',
  stepMeans: () => 'One update',
  reset: () => 'Reset',
  resetMeans: () => 'Weights and optimiser back to the start',
  save: () => 'Save',
  saveMeans: () => 'The network and its training as a safetensors file',
  goBack: () => 'Go back to the last good weights',
  allDone: ({ updates }: { updates: number }) => `All ${updates} updates are done: ask for more, or reset.`,
  diverged: () => 'Its numbers are no longer finite: go back to the last good weights, or reset.',
  pauseFirst: () => 'It is training already: pause first.',
  nothingTrained: () => 'Nothing has been trained yet.',
  noNetwork: () => 'There is no network yet.',
  notSaved: ({ reason }: { reason: string }) => `It could not be saved: ${reason}`,

  // numbers
  updatesDone: () => 'Updates done',
  update: () => 'Update',
  updateMeans: () => 'How often the weights were changed',
  ofMost: ({ updates, most }: { updates: number; most: number }) => `${updates} of ${most}`,
  meanOf: ({ name, seeds }: { name: string; seeds: number }) => `${name}, mean of ${seeds}`,
  loss: () => 'Loss',
  lossMeans: ({ chance }: { chance: string }) => `Mean of the last ten updates, each before it changed anything. ${chance}`,
  right: () => 'Right, on fresh sequences',
  rightMeans: ({ chance }: { chance: string }) => `On the sequences of the last ten updates, which no update had seen before. ${chance}`,
  gradient: () => 'Gradient’s length',
  gradientMeans: () => 'Before clipping',
  speed: () => 'Steps read a second',
  speedMeans: () => 'Of all sequences and networks together, while it runs',

  // fields
  settings: () => 'What is learned, and how',
  task: () => 'Task',
  chooseOne: () => 'choose one',
  lr: () => 'Learning rate',
  updates: () => 'Updates (0: no end)',
  moreSettings: () => 'More settings',
  more: () => 'More of what is learned, and how',
  optimizer: () => 'Optimiser',
  clip: () => 'Clip at length (0: not)',
  batch: () => 'Sequences an update',
  until: () => 'Until it is right',
  noMatter: () => 'no matter',
  ofTheTime: ({ percent }: { percent: number }) => `${percent} % of the time`,
  ownText: () => 'Text of your own',
  pasteText: () => 'paste a text to learn from',
} as const;

export type TrainerPhrases = typeof trainerPhrases;
