/** What an rnn-proof says, in English; the `labels` property may put other words in their place. */
import { figurePhrases } from './figure_phrases';

/** How far a signal is from its bound, in words and numbers. */
export interface Worst {
  readonly device: string;
  readonly which: string;
  readonly difference: string;
  readonly signal: string;
  readonly bound: string;
}

export const proofPhrases = {
  ...figurePhrases,
  moving: () => 'The network is being trained; its numbers are checked against float64 when it pauses.',
  unchecked: ({ reason }: { reason: string }) => `The numbers could not be checked: ${reason}`,
  checking: () => 'Checking every step against float64…',
  everyStep: () => 'every step',
  someSteps: ({ checked, steps }: { checked: number; steps: number }) => `${checked} of ${steps} steps`,
  cpuHolds: ({ which }: { which: string }) => `CPU, float64: ${which} taken twice gives the same numbers`,
  cpuBroken: ({ which }: { which: string }) => `CPU, float64: ${which} taken twice gives different numbers`,
  gpu: ({ device, which, difference, signal, bound }: Worst) => `${device}: ${which} checked against float64: largest difference ${difference} in ${signal}, bound ${bound}`,
  someGpu: () => 'GPU',
  namedGpu: ({ name }: { name: string }) => `GPU (${name})`,
  softwareGpu: ({ name }: { name: string }) => `GPU (${name}, software)`,
  meaningOnCpu: ({ engine }: { engine: string }) => `${engine}. The CPU computes in float64, the reference that a GPU is held against, so all there is to check is that it repeats itself.`,
  meaningOnGpu: ({ engine }: { engine: string }) =>
    `${engine}. Each step was taken again in float64 from the state that the GPU itself had before it. The bound is what rounding in float32 can add up to; a wrong sign would be thousands of times above it.`,
  broken: () => 'Something on this device computes wrongly: do not trust the figures.',
  table: () => 'The proof, signal by signal',
  signal: () => 'Signal',
  largestDifference: () => 'Largest difference',
  bound: () => 'Bound',
  where: () => 'Where',
  verdict: () => 'Verdict',
  inLayer: ({ signal, layer }: { signal: string; layer: number }) => `${signal}, layer ${layer}`,
  inReverse: ({ signal }: { signal: string }) => `${signal}, reverse`,
  place: ({ step, unit }: { step: number; unit: number }) => `step ${step}, unit ${unit}`,
  holds: () => 'holds',
  isAbove: () => 'above its bound',
} as const;

export type ProofPhrases = typeof proofPhrases;
