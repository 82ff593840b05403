/**
 * The gradient at the start, before any training: a recurrent layer with chosen U, or a layer of any kind, driven by noise,
 * and what theory says of the rate at which the former's gradient changes per step of distance.
 */
import type { Tape } from './engine';
import { OptionError } from './errors';
import { jacobianFlow, type FlowOptions } from './jacobian_flow';
import { gaussianMatrix, orthogonalMatrix } from './math/orthogonal';
import { normalStream, randomStream } from './math/random';
import type { Tensor } from './math/tensor';
import type { RunInputs } from './model/inputs';
import type { StateDict } from './model/parameters';
import type { LayerSpec, ModelSpec } from './model/spec';

export interface GradientExperimentOptions {
  /** `rnn` (tanh) or `rnn_linear`, or any other cell of one gate; `rnn` unless given. */
  readonly cell?: 'rnn' | 'rnn_linear' | 'rnn_relu';
  /** What U is multiplied by. */
  readonly gain: number;
  /** Standard deviation σ of the noise added to every pre-activation. With 0 only the first step is driven, by 1. */
  readonly drive: number;
  /** `orthogonal` unless given; `gaussian` has entries of standard deviation gain/√H. */
  readonly matrix?: 'orthogonal' | 'gaussian';
  /** H; 64 unless given. */
  readonly hidden?: number;
  /** B, each with noise of its own; 16 unless given. */
  readonly sequences?: number;
  /** T; 160 unless given: distances to 100 after 60 steps in which the network forgets how it began. */
  readonly steps?: number;
  readonly seed?: number;
}

export interface GradientExperiment {
  readonly spec: ModelSpec;
  readonly weights: StateDict;
  readonly inputs: RunInputs;
}

/** Steps that a driven network is given to forget how it began. */
export const WARM_UP = 60;

/**
 * Makes the model and its inputs: `engine.model(spec, { weights })`, `model.run(inputs)`. The noise is the input itself,
 * through W = 1, so that it is the pre-activation's. A linear layer's Jacobians do not depend on its states; its input
 * is 0, or its states would leave float32 before its gradient does. Throws OptionError.
 */
export function gradientExperiment(options: GradientExperimentOptions): GradientExperiment {
  const { cell = 'rnn', gain, drive, matrix = 'orthogonal', hidden = 64, sequences = 16, steps = 100 + WARM_UP, seed = 1 } = options;
  for (const [name, value] of Object.entries({ gain, drive })) {
    if (!(value >= 0 && Number.isFinite(value))) throw new OptionError(name, `${name}: ${value} given; it must be a number of at least 0.`);
  }
  const u = (matrix === 'orthogonal' ? orthogonalMatrix : gaussianMatrix)(hidden, seed, 'u').map((entry) => entry * gain);
  return {
    spec: { input: { size: hidden }, layers: [{ cell, hidden, bias: false }], seed },
    weights: {
      weight_ih_l0: { shape: [hidden, hidden], data: Float32Array.from({ length: hidden * hidden }, (_, i) => (i % (hidden + 1) === 0 ? 1 : 0)) },
      weight_hh_l0: { shape: [hidden, hidden], data: u },
    },
    inputs: { x: noise([steps, sequences, hidden], cell === 'rnn_linear' ? 0 : drive, cell === 'rnn_linear' ? 0 : 1, seed) },
  };
}

export interface LayerExperimentOptions extends Pick<GradientExperimentOptions, 'sequences' | 'steps' | 'seed'> {
  readonly layer: LayerSpec;
  /** Standard deviation σ of the noise that the layer reads. */
  readonly drive: number;
  /** Width of what it reads; 64 unless given. */
  readonly inputs?: number;
}

/**
 * The same for a layer of any kind as it starts: attention, Mamba, and beside them the cells with gates. Its gradient is
 * measured by `gradientByDistance`. Throws OptionError.
 */
export function layerExperiment({ layer, drive, inputs = 64, sequences = 16, steps = 100 + WARM_UP, seed = 1 }: LayerExperimentOptions): Pick<GradientExperiment, 'spec' | 'inputs'> {
  if (!(drive >= 0 && Number.isFinite(drive))) throw new OptionError('drive', `drive: ${drive} given; it must be a number of at least 0.`);
  return { spec: { input: { size: inputs }, layers: [layer], seed }, inputs: { x: noise([steps, sequences, inputs], drive, 1, seed) } };
}

/** Noise of standard deviation `drive`; with drive 0 a first step of standard deviation `kick` and then nothing. */
function noise(shape: readonly [number, number, number], drive: number, kick: number, seed: number): Tensor<Float32Array> {
  const [steps, sequences, hidden] = shape;
  const draw = normalStream(randomStream(seed, 'drive'));
  const scale = (i: number) => (drive > 0 ? drive : i < sequences * hidden ? kick : 0);
  return { shape, data: Float32Array.from({ length: steps * sequences * hidden }, (_, i) => scale(i) * draw()) };
}

/** [k + 1] log₁₀ of the flow's `rms`, averaged over all sequences of the tape (their geometric mean). Rejects as `jacobianFlow`. */
export async function meanFlow(tape: Tape, options: Omit<FlowOptions, 'sequence' | 'measures'> = {}): Promise<Float64Array> {
  const { sequences } = tape.inputs;
  const { progress } = options;
  let sum: Float64Array | undefined;
  for (let sequence = 0; sequence < sequences; sequence++) {
    const { rms } = await jacobianFlow(tape, { ...options, sequence, measures: ['rms'], progress: progress && ((fraction) => progress((sequence + fraction) / sequences)) });
    if (sum && sum.length !== rms!.length) throw new OptionError('lengths', 'lengths: sequences of one length are needed for a mean over them.');
    sum = sum ? sum.map((value, k) => value + rms![k]) : rms!;
  }
  return sum!.map((value) => value / sequences);
}

/** The factor per step between two distances of a log₁₀ curve; from 10 to 50 unless given. */
export function ratePerStep(curve: ArrayLike<number>, from = 10, to = 50): number {
  return 10 ** ((curve[to] - curve[from]) / (to - from));
}

/**
 * What mean-field theory expects of `ratePerStep` for an orthogonal or Gaussian U of many units under noise:
 * g·√E[tanh'(√q z)²], z standard normal, with the pre-activations' variance q = g²·E[tanh²(√q z)] + σ² (Poole et al. 2016;
 * Schoenholz et al. 2017). Good to 1 % for orthogonal U of 64 units, g ≤ 1.5, σ > 0.
 */
export function meanFieldRate(gain: number, drive: number): number {
  let q = 1;
  for (let k = 0; k < 10_000; k++) {
    const next = gain * gain * normalMean((z) => Math.tanh(Math.sqrt(q) * z) ** 2) + drive * drive;
    const settled = Math.abs(next - q) <= 1e-12 * q;
    q = next;
    if (settled) break;
  }
  return gain * Math.sqrt(normalMean((z) => (1 - Math.tanh(Math.sqrt(q) * z) ** 2) ** 2));
}

/** E[f(z)], z standard normal, by the trapezoidal rule, which is exact to rounding for smooth f that ends this fast. */
function normalMean(f: (z: number) => number): number {
  let sum = 0;
  for (let k = -160; k <= 160; k++) sum += f(k / 16) * Math.exp(-((k / 16) ** 2) / 2);
  return sum / 16 / Math.sqrt(2 * Math.PI);
}
