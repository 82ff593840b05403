/** What an rnn-unrolled says, in English; the `labels` property may put other words in their place. */
import { figurePhrases } from './figure_phrases';

export const unrolledPhrases = {
  ...figurePhrases,
  hiddenStates: () => 'Words, each with the hidden state after it',
  outputs: () => 'Words, each with the output after it',
  step: ({ word, step, steps }: { word: string; step: number; steps: number }) => `${word}, step ${step} of ${steps}`,
  value: ({ unit, value }: { unit: number; value: string }) => `unit ${unit}: ${value}`,
  oneBelow: ({ place }: { place: string }) => `This is ${place}; what comes up to it from each word has gone through the layer below.`,
  layersBelow: ({ place, layers }: { place: string; layers: number }) => `This is ${place}; what comes up to it from each word has gone through the ${layers} layers below.`,
  oneState: ({ layer, state }: { layer: string; state: string }) => `${layer} has no U: it hands its state ${state} from step to step. In the boxes stands its output y.`,
  states: ({ layer, states }: { layer: string; states: string }) => `${layer} has no U: it hands its states ${states} from step to step. In the boxes stands its output y.`,
  and: () => ' and ',
  looksBack: ({ layer }: { layer: string }) => `${layer} is no chain: nothing goes from step to step, each looks back at all before it, as a heatmap of attn shows. In the boxes stands its output y.`,
  byItself: ({ layer }: { layer: string }) => `${layer} is no chain: it takes every step by itself. In the boxes stands its output y.`,
} as const;

export type UnrolledPhrases = typeof unrolledPhrases;
