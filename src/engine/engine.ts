/// <reference lib="esnext.disposable" preserve="true" />
/** The public face: one set of interfaces, met by the GPU engine and by the float64 reference alike. */
import type { Activation } from './math/activation';
import type { Tensor } from './math/tensor';
import type { Inputs, RunInputs, States } from './model/inputs';
import type { Loss } from './model/loss';
import type { Parameters, StateDict } from './model/parameters';
import type { SignalInfo, SignalPlace } from './model/signals';
import type { ModelShape, ModelSpec } from './model/spec';
import type { Trainer, TrainerOptions } from './training/trainer';

export interface Engine {
  readonly kind: 'gpu' | 'cpu';
  /** What does the arithmetic, in words for the reader: the adapter's name, or why the CPU computes. */
  readonly description: string;
  /** The GPU adapter; `software` when it is a CPU in disguise. Undefined for the reference. */
  readonly adapter: { readonly name: string; readonly software: boolean } | undefined;
  /** Settles with the reason when the GPU is taken away; never for the reference. Not on `release`. */
  readonly lost: Promise<string>;
  /** Makes a model with seeded weights, or with the given ones. Rejects with OptionError, ShapeError, LimitError. */
  model(spec: ModelSpec, options?: { weights?: StateDict }): Promise<Model>;
  /** Frees everything the engine made. A device that was given to it stays alive. */
  release(): void;
  [Symbol.dispose](): void;
}

export interface Model {
  readonly engine: Engine;
  readonly shape: ModelShape;
  /** float32 values under PyTorch's names and shapes, with a leading axis M for bundles; while a trainer moves them, those of its last snapshot. */
  readonly parameters: Parameters;
  /**
   * Reads the inputs, forward over all steps.
   * Rejects with OptionError, ShapeError or NonFiniteError for bad inputs, LimitError before allocation if they cannot
   * fit, OutOfMemoryError, DeviceLostError, or the AbortSignal's reason.
   */
  run(inputs: RunInputs, options?: RunOptions): Promise<Tape>;
  /**
   * Puts other weights in the place of these, in the same buffers. Runs made before keep their numbers and their own
   * parameters, but can no longer be propagated back. With `seeds`, as many as before, words outside a vocabulary get the
   * vectors of those seeds too. Throws OptionError, ShapeError, NonFiniteError; then nothing changes.
   */
  setParameters(weights: StateDict, options?: { seeds?: readonly number[] }): void;
  /** Reads on step by step where the numbers are; only where the engine has a way of its own. Use `createDecoder` instead. */
  decoding?(sequences: number, start: Pick<Inputs, 'first' | 'initial'>): Promise<Decoding>;
  /** Makes a trainer, and ends the one before. Rejects with OptionError for options or a task that do not fit, LimitError before allocation. */
  trainer(options: TrainerOptions): Promise<Trainer>;
  release(): void;
  [Symbol.dispose](): void;
}

/** An engine's own way of decoding. */
export interface Decoding {
  /** Reads one step of each sequence. Resolves to the last layer's output, [M, B, W]. @param given - what the checked inputs were made from */
  read(inputs: Inputs, given: RunInputs): Promise<Float32Array | Float64Array>;
  /** As of `statesAfter`. */
  states(): Promise<States>;
  release(): void;
}

/** How the recurrence is carried out on the GPU: a dispatch per step, or one that owns a tile of the batch throughout. */
export type RecurrentForm = 'step' | 'persistent';

/** How a layer of a run was carried out: a recurrence in its form; a block by its program, every op over all steps at once; or in float64. */
export type LayerForm = RecurrentForm | 'program' | 'reference';

export interface RunOptions {
  /** `auto` measures which is faster for this shape on this adapter, once. The reference ignores it. */
  readonly form?: RecurrentForm | 'auto';
  readonly abort?: AbortSignal;
}

/** One entry of a layer's output. */
export interface OutputEntry {
  readonly step: number;
  /** 0 forward, 1 reverse. */
  readonly direction: number;
  readonly unit: number;
}

/** Which layer's output, of which model and sequence, `inputNorms` is asked about. */
export interface InfluencePlace {
  readonly layer: number;
  readonly model: number;
  readonly sequence: number;
}

/** How a run was carried out. Two runs of one plan on one adapter are bitwise equal. */
export interface Plan {
  /** Per layer. */
  readonly forms: readonly LayerForm[];
  /** Compute dispatches of the run; 0 for the reference. */
  readonly dispatches: number;
}

/** What one run leaves behind: all its signals, where they were computed, until the last holder lets go. */
export interface Tape {
  readonly engine: Engine;
  readonly model: Model;
  readonly inputs: Inputs;
  /** The model's parameters at the time of the run. */
  readonly parameters: Parameters;
  readonly plan: Plan;
  readonly signals: readonly SignalInfo[];
  /**
   * Propagates a loss back through all steps: afterwards the tape has the signals `d_h`, `d_c`, `d_a_…`, `d_x`, `d_h0`, `d_c0`
   * and the parameters' gradients. A second call replaces the first. Resolves to the loss where it is a number of its
   * own (cross-entropy; per model), else undefined.
   * Rejects with OptionError, ShapeError, NonFiniteError for a loss this tape cannot have, LimitError, ReleasedError.
   */
  backward(loss: Loss, options?: { abort?: AbortSignal }): Promise<Float64Array | undefined>;
  /** ∂loss/∂parameter under the parameters' names and in their shapes. Rejects with OptionError before `backward`. */
  gradients(): Promise<ReadonlyMap<string, Tensor<Float32Array | Float64Array>>>;
  /**
   * [losses, T] ‖∂loss/∂x_s‖ for many losses at once, each one entry of a layer's output; only where the engine has a
   * kernel for it. Use `influence` instead.
   */
  inputNorms?(losses: readonly OutputEntry[], place: InfluencePlace, abort?: AbortSignal, progress?: (fraction: number) => void): Promise<Float32Array>;
  /**
   * A tensor of a block layer's program, [M, T, B, row], where the run left it: for the proof, which takes every op again
   * from what the run itself gave it. Rejects with ReleasedError.
   */
  tensor?(layer: number, name: string): Promise<Float32Array | Float64Array>;
  /** True once nobody holds it: its numbers are gone. */
  readonly released: boolean;
  /** A signal by name. Throws UnknownSignalError, ReleasedError. */
  signal(name: string, place?: SignalPlace): Signal;
  /**
   * Repeats the run, and its backward pass if there was one, with the weights as they are now, in place: signals then hold
   * the new numbers, in the same buffers, and nothing is made. For views that follow training; while the weights are ahead
   * of the host, `parameters` throws OptionError. On the GPU it is queued at once. Throws ReleasedError.
   */
  refresh(): Promise<void>;
  /** Keeps the numbers alive after `release`, until the returned function is called. Throws ReleasedError. */
  hold(): () => void;
  /** Lets go of the run. Calling it again does nothing. */
  release(): void;
  [Symbol.dispose](): void;
}

export interface Signal extends SignalInfo {
  readonly tape: Tape;
  /** Row-major values in the signal's shape: Float32Array from the GPU, Float64Array from the reference. */
  read(): Promise<Float32Array | Float64Array>;
  /** The largest and smallest magnitude among finite entries, and whether all are finite; computed where the numbers are. */
  extent(): Promise<SignalExtent>;
  /** Where the GPU keeps it, for drawing without reading it back. Undefined for the reference and for `x`. */
  readonly storage: SignalStorage | undefined;
}

export interface SignalExtent {
  readonly largest: number;
  /** Of the entries that are not 0; 0 where all are. */
  readonly smallest: number;
  readonly finite: boolean;
}

/**
 * A signal inside a storage buffer of f32. Entry (m, t, b, u) lies at
 * offset + m·modelStride + t·stepStride + b·sequenceStride + ⌊u / groupWidth⌋·groupStride + u mod groupWidth,
 * and is turned into the signal's value by the activation; steps t ≥ lengths[b] count as 0.
 */
export interface SignalStorage {
  readonly device: GPUDevice;
  readonly buffer: GPUBuffer;
  /** [B] of u32. */
  readonly lengths: GPUBuffer;
  readonly offset: number;
  readonly modelStride: number;
  readonly stepStride: number;
  readonly sequenceStride: number;
  readonly groupStride: number;
  readonly groupWidth: number;
  readonly activation: Activation;
}
