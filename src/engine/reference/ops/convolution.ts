import type { ConvolutionStep } from '../../ops/convolution';
import { pointwise } from './pointwise';
import { at, lengthOf, pacer, rowAt, type OpArithmetic, type Run, type Strip } from './run';

/** y_t[c] = activation(bias[c] + Σ_k weight[c, k] · x_{t − taps + 1 + k}[c]), channel by channel. */
export const convolution: OpArithmetic<ConvolutionStep> = {
  scratch: ({ taps }) => taps,

  *forward(step, run) {
    const pause = pacer();
    const [x, y] = [run.tensor(step.x), run.tensor(step.y)];
    const { value } = pointwise[step.activation];
    for (const { m, b, c, weights, bias } of channelsOf(step, run)) {
      const length = lengthOf(run.extent, b);
      const window = windowBefore(step, run, m, b, c);
      for (let t = 0; t < length; t++) {
        const row = rowAt(run.extent, m, t, b);
        enter(window, x.data[at(x, row) + c]);
        y.data[at(y, row) + c] = value(weighted(weights, window, bias));
        if (pause(2 * step.taps)) yield;
      }
      run.final(step.window).set(window, windowAt(step, run, x, m, b, c));
    }
  },

  *backward(step, run, gradient) {
    const pause = pacer();
    const { taps } = step;
    const x = run.tensor(step.x);
    const [d_x, d_y] = [gradient.tensor(step.x), gradient.tensor(step.y)];
    const { slope } = pointwise[step.activation];
    const { each } = gradient;
    for (const { m, b, c, weights, bias } of channelsOf(step, run)) {
      const d_weights = gradient.parameter(step.weight, m)?.subarray(c * taps, (c + 1) * taps);
      const d_bias = step.bias && gradient.parameter(step.bias, m);
      const d_initial = gradient.initial(step.window);
      const d_final = gradient.final(step.window);
      const place = (j: number) => (((m * run.extent.sequences + b) * each + j) * x.width + c) * taps;
      const length = lengthOf(run.extent, b);
      /** Adds to the gradient of the input `back` steps before step t: of this run, or of the window it started from. */
      const add = (j: number, t: number, back: number, d: number) => {
        if (t >= back) d_x.data[at(d_x, rowAt(run.extent, m, t - back, b) * each + j) + c] += d;
        else if (taps + t - back >= 0) d_initial[place(j) + taps + t - back] += d;
      };
      const window = windowBefore(step, run, m, b, c);
      for (let t = 0; t < length; t++) {
        const row = rowAt(run.extent, m, t, b);
        enter(window, x.data[at(x, row) + c]);
        const slopeHere = slope(weighted(weights, window, bias));
        for (let j = 0; j < each; j++) {
          const d_a = d_y.data[at(d_y, row * each + j) + c] * slopeHere;
          if (d_a === 0) continue;
          if (d_bias) d_bias[c] += d_a;
          for (let k = 0; k < taps; k++) {
            if (d_weights) d_weights[k] += d_a * window[k];
            add(j, t, taps - 1 - k, d_a * weights[k]);
          }
        }
        if (pause(6 * taps * each)) yield;
      }
      if (d_final) for (let j = 0; j < each; j++) for (let k = 0; k < taps; k++) add(j, length - 1, taps - 1 - k, d_final[place(j) + k]);
    }
  },
};

function* channelsOf({ x, weight, bias, taps }: ConvolutionStep, run: Run) {
  const { models, sequences } = run.extent;
  for (let m = 0; m < models; m++) {
    const weights = run.parameter(weight, m);
    const biases = bias && run.parameter(bias, m);
    for (let b = 0; b < sequences; b++) {
      for (let c = 0; c < run.tensor(x).width; c++) yield { m, b, c, weights: weights.subarray(c * taps, (c + 1) * taps), bias: biases ? biases[c] : 0 };
    }
  }
}

/** Where a channel's window is in [M, B, width, taps]. */
function windowAt({ taps }: ConvolutionStep, { extent }: Run, { width }: Strip, m: number, b: number, c: number): number {
  return ((m * extent.sequences + b) * width + c) * taps;
}

/** A channel's window before the first step. */
function windowBefore(step: ConvolutionStep, run: Run, m: number, b: number, c: number): Float64Array {
  const window = run.scratch.subarray(0, step.taps);
  const given = run.initial(step.window);
  const start = windowAt(step, run, run.tensor(step.x), m, b, c);
  if (given) window.set(given.subarray(start, start + step.taps));
  else window.fill(0);
  return window;
}

/** Drops the oldest number of a window and takes in the newest. */
function enter(window: Float64Array, newest: number): void {
  window.copyWithin(0, 1);
  window[window.length - 1] = newest;
}

function weighted(weights: ArrayLike<number>, window: Float64Array, bias: number): number {
  let sum = bias;
  for (let k = 0; k < window.length; k++) sum += weights[k] * window[k];
  return sum;
}
