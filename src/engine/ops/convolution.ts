import type { Op, Pointwise } from './op';

/** One line of a program: every channel is a weighted sum of its own last few inputs. */
export interface ConvolutionStep {
  readonly op: 'convolution';
  readonly x: string;
  readonly y: string;
  /** [width, 1, taps]; the last tap is the current step, as in a Conv1d padded on the left. */
  readonly weight: string;
  /** [width] */
  readonly bias?: string;
  readonly activation: Pointwise;
  /** Names the state: the last `taps` inputs of each channel, [width, taps], oldest first. */
  readonly window: string;
  readonly taps: number;
}

/** Causal depthwise convolution over time. Before the first step there are zeros, or the window that is given. */
export const convolution: Op<ConvolutionStep> = {
  name: 'convolution',
  equations: ['y_t[c] = activation(bias[c] + Σ_k weight[c, k] · x_{t − taps + 1 + k}[c])'],
  reads: ({ x }) => [x],
  writes: ({ y }) => [y],
  parameters: ({ weight, bias }) => [weight, ...(bias ? [bias] : [])],
  states: ({ x, window, taps }, widthOf) => [{ name: window, width: widthOf(x) * taps, grows: false, role: `the last ${taps} inputs of the convolution` }],
  shows: () => [],
  misfit({ x, y, weight, bias, taps }, widthOf, shapeOf) {
    const [channels, , count] = shapeOf(weight);
    if (widthOf(x) !== channels || widthOf(y) !== channels || count !== taps) return `${weight} is not ${taps} taps for each channel of ${x} and ${y}`;
    return bias && shapeOf(bias)[0] !== channels ? `${bias} is not as long as ${x} is wide` : undefined;
  },
};
