import type { Op } from './op';

/** One line of a program: a recurrence whose gates do not see the state. */
export interface LinearScanStep {
  readonly op: 'linear_scan';
  /** What is kept of the state, per entry. */
  readonly a: string;
  /** What is added. */
  readonly b: string;
  /** The state after each step, which is also the name of what is carried on. */
  readonly h: string;
}

export const linearScan: Op<LinearScanStep> = {
  name: 'linear_scan',
  equations: ['h_t = a_t ⊙ h_{t−1} + b_t'],
  reads: ({ a, b }) => [a, b],
  writes: ({ h }) => [h],
  parameters: () => [],
  states: ({ h }, widthOf) => [{ name: h, width: widthOf(h), grows: false, role: 'hidden state' }],
  shows: () => [],
  misfit: ({ a, b, h }, widthOf) => (widthOf(a) !== widthOf(h) || widthOf(b) !== widthOf(h) ? `${a}, ${b} and ${h} differ in width` : undefined),
};
